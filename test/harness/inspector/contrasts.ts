export interface Contrast {
  readonly text: string
  /** As WCAG counts it: from 1, none, to 21. */
  readonly ratio: number
}

/** For a page: the contrast of each text that is seen with the ground behind it. Grounds of half a color are laid over those below. */
export const CONTRASTS = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  const read = () => [...canvas.getImageData(0, 0, 1, 1).data]
  const paint = (color) => {
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
  }
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const grounds = (element) =>
    element === null ? [] : [...grounds(element.parentElement), getComputedStyle(element).backgroundColor]
  const texts = []
  const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim()
    const element = walker.currentNode.parentElement
    const { width, height } = element.getBoundingClientRect()
    if (text === '' || width < 2 || height < 2 || !element.checkVisibility() || element.closest('option')) continue
    for (const ground of grounds(element)) paint(ground)
    const ground = luminance(read())
    paint(getComputedStyle(element).color)
    const front = luminance(read())
    const [light, dark] = front > ground ? [front, ground] : [ground, front]
    texts.push({ text, ratio: Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100 })
  }
  return texts
})()`
