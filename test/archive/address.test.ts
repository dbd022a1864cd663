import { expect, test } from 'vitest'
import { archiver, directory, type ArchiveError } from '../../src/archive/index.js'
import { sampleEvent } from '../../src/testing/index.js'
import { temporaryFolder } from './folder.js'
import { internet } from './internet.js'

const HOST = 'files.media.test'

/** Addresses that no name may lead to, as resolvers answer them. */
const PRIVATE = [
  ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '100.127.255.254', '127.0.0.1', '127.255.255.255', '169.254.1.1'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::10.0.0.1', '64:ff9b:1::1', '100::1'],
  ...['2001::1', '2001:20::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '5f00::1', 'fc00::1', 'fdff::1'],
  ...['fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1', 'ff02::1'],
]

const METADATA = [
  ...['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16', '::ffff:169.254.169.254'],
  ...['64:ff9b::169.254.169.254', 'fd00:ec2::254', 'fd20:ce::254'],
]

test.each(PRIVATE)('no link leads to %s', async (address) => {
  internet({ [HOST]: [[address]] })
  expect(await refusalOf()).toEqual(['ADDRESS_REFUSED', 'The link leads to an address that is not public.'])
})

test.each(METADATA)(
  'no link leads to the metadata of a machine at %s, not even where private addresses are allowed',
  async (address) => {
    internet({ [HOST]: [[address]] })
    const message = 'The link leads to the metadata service of a cloud.'
    expect(await refusalOf()).toEqual(['ADDRESS_REFUSED', message])
    expect(await refusalOf(true)).toEqual(['ADDRESS_REFUSED', message])
  },
)

async function refusalOf(allowPrivate = false) {
  const archive = archiver({ to: directory(temporaryFolder()), allowPrivate, tries: 1, logger: false })
  const event = sampleEvent('wav:complete', { audioWavUrl: `https://${HOST}/a.wav` })
  const error = await archive.save(event).catch((error: unknown) => error as ArchiveError)
  const [file] = error.files
  return [file?.error?.code, file?.error?.message]
}
