import { Logger, Module, type OnModuleDestroy } from '@nestjs/common'
import { SunoCallbacks } from 'suno-callbacks'

/** The one receiver of the app. Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL. */
@Module({
  providers: [
    { provide: SunoCallbacks, useFactory: () => new SunoCallbacks({ logger: new Logger('suno-callbacks') }) },
  ],
  exports: [SunoCallbacks],
})
export class SunoModule implements OnModuleDestroy {
  constructor(private readonly suno: SunoCallbacks) {}

  /** Before Nest closes the server: new callbacks get 503 and come again; those under way are waited for. */
  async onModuleDestroy(): Promise<void> {
    await this.suno.close()
  }
}
