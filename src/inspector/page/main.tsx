import { render } from 'preact'
import { App } from './app.js'
import { keepLive } from './model/live.js'
import { Store } from './model/store.js'
import { playOneAtATime } from './parts/play-one-at-a-time.js'

const store = new Store()
const place = document.getElementById('app')
if (place !== null) {
  place.replaceChildren()
  render(<App store={store} />, place)
}
playOneAtATime()
keepLive(store)
