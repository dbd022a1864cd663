import { seen } from '../../lib/suno'

export const dynamic = 'force-dynamic'

export const GET = () => Response.json(seen)
