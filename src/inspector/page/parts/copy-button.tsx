import { useNotify } from './notices.js'

interface CopyButtonProps {
  readonly label: string
  readonly text: string
  /** What is said when it was copied. */
  readonly done: string
}

export function CopyButton({ label, text, done }: CopyButtonProps) {
  const notify = useNotify()
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(text)
    notify(isCopied ? { text: done, tone: 'good' } : { text: 'The browser did not allow to copy.', tone: 'bad' })
  }
  return <button onClick={() => void copy()}>{label}</button>
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** Where the page is neither of this machine nor https, browsers have no clipboard but this. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'off-screen'
  document.body.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way left there
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}
