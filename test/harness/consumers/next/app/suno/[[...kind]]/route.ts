import { fetchHandler } from 'suno-callbacks/fetch'
import { suno } from '../../../lib/suno'

export const POST = fetchHandler(suno)
