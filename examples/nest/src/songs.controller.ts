import { Body, Controller, Get, NotFoundException, Param, Post } from '@nestjs/common'
import { SongsService, type Song } from './songs.service.js'

@Controller('songs')
export class SongsController {
  constructor(private readonly songs: SongsService) {}

  /** Answers what to POST to https://api.sunoapi.org/api/v1/generate, with your API key. */
  @Post()
  order(@Body() { orderId, prompt }: { readonly orderId: string; readonly prompt: string }): object {
    const callBackUrl = this.songs.order(orderId)
    return { prompt, customMode: false, instrumental: false, model: 'V4_5', callBackUrl }
  }

  @Get(':orderId')
  find(@Param('orderId') orderId: string): Song {
    const song = this.songs.find(orderId)
    if (song === undefined) throw new NotFoundException('There is no such order.')
    return song
  }
}
