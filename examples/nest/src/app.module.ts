import { Module } from '@nestjs/common'
import { SongsController } from './songs.controller.js'
import { SongsService } from './songs.service.js'
import { SunoModule } from './suno.module.js'

@Module({ imports: [SunoModule], controllers: [SongsController], providers: [SongsService] })
export class AppModule {}
