import type { RecordAnswer } from '../../../src/polling/index.js'
import { ProviderError } from '../../../src/polling/index.js'
import type { DiagnoseOptions } from '../../../src/doctor/index.js'
import { SunoCallbacks } from '../../../src/index.js'
import type { Symptom } from '../symptoms.js'
import { SECRET } from './http.js'
import { expired } from './probe.js'

const ADDRESS = 'https://no-such-host.invalid/suno'

/** A task, of which the provider says this. The app is not there, which is told by other checks. */
function asked(record: () => Promise<RecordAnswer>, secret?: string): Symptom['arrange'] {
  const options: DiagnoseOptions = { secret, task: { kind: 'wav', taskId: 'task-1' }, provider: { record } }
  return () => Promise.resolve([ADDRESS, options])
}

function recorded(data: object, secret?: string): Symptom['arrange'] {
  return asked(() => Promise.resolve({ state: 'found', body: { code: 200, msg: 'success', data } }), secret)
}

function refused(error: Error): Symptom['arrange'] {
  return asked(() => Promise.reject(error))
}

function signedBy(secret: string): string {
  return new SunoCallbacks({ secret, logger: false }).callbackUrl('wav', { url: `${ADDRESS}/wav` })
}

function record(
  title: string,
  arrange: Symptom['arrange'],
  status: Symptom['status'],
  summary: RegExp,
  fix: RegExp | null,
): Symptom {
  return { title: `${title} is told by provider.record`, arrange, finds: 'provider.record', status, summary, fix }
}

function url(
  title: string,
  arrange: Symptom['arrange'],
  status: Symptom['status'],
  summary: RegExp,
  fix: RegExp | null,
): Symptom {
  return { title: `${title} is told by provider.url`, arrange, finds: 'provider.url', status, summary, fix }
}

export const providerSymptoms: readonly Symptom[] = [
  record(
    'a callback that the provider could not deliver',
    recorded({ taskId: 'task-1', status: 'CALLBACK_EXCEPTION' }),
    'fail',
    /given up \(CALLBACK_EXCEPTION\)/,
    /recordPoller/,
  ),
  record('a task that runs', recorded({ taskId: 'task-1', status: 'PENDING' }), 'pass', /knows the task/, null),
  record(
    'a task that nobody knows',
    asked(() => Promise.resolve({ state: 'missing' })),
    'fail',
    /knows no such task/,
    /task id right/,
  ),
  record(
    'an API key that is not accepted',
    refused(new ProviderError('UNAUTHORIZED', 'no')),
    'fail',
    /does not accept the API key/,
    /SUNO_API_KEY/,
  ),
  record(
    'a provider that does not answer',
    refused(new ProviderError('UNAVAILABLE', 'no')),
    'inconclusive',
    /\(UNAVAILABLE\)/,
    null,
  ),
  record('a client that fails', refused(new Error('a bug')), 'inconclusive', /\(failed\)/, null),
  url('a record without the URL', recorded({ taskId: 'task-1' }), 'inconclusive', /does not show the URL/, null),
  url(
    'a record with what is no URL',
    recorded({ taskId: 'task-1', callbackUrl: 'none' }),
    'inconclusive',
    /does not show the URL/,
    null,
  ),
  url(
    'a record that is not there',
    asked(() => Promise.resolve({ state: 'missing' })),
    'inconclusive',
    /no record/,
    null,
  ),
  url(
    'a task of another host',
    recorded({ taskId: 'task-1', callbackUrl: 'https://old.example.com/suno/wav?suno_signature=v1.a.b' }),
    'fail',
    /another address: https:\/\/old\.example\.com\/suno\/wav\.$/,
    /SUNO_CALLBACK_BASE_URL/,
  ),
  url(
    'a task of another path',
    recorded({ taskId: 'task-1', callbackUrl: 'https://no-such-host.invalid/hooks/wav' }),
    'fail',
    /another address/,
    /callbackUrl\(\)/,
  ),
  url(
    'the right address, which cannot be checked further,',
    recorded({ taskId: 'task-1', callbackUrl: signedBy(SECRET) }),
    'pass',
    /with this address\.$/,
    null,
  ),
  url(
    'the right URL',
    recorded({ taskId: 'task-1', callbackUrl: signedBy(SECRET) }, SECRET),
    'pass',
    /signed by this secret\.$/,
    null,
  ),
  url(
    'a URL of another secret',
    recorded({ taskId: 'task-1', callbackUrl: signedBy('the secret of another app') }, SECRET),
    'fail',
    /\(SIGNATURE_INVALID\)/,
    /the same SUNO_CALLBACK_SECRET/,
  ),
  url(
    'a URL that has expired',
    recorded({ taskId: 'task-1', callbackUrl: expired(`${ADDRESS}/wav`) }, SECRET),
    'warn',
    /has expired since/,
    /expiresInMs/,
  ),
]
