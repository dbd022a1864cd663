import { afterAll, expect, test } from 'vitest'
import type { ErrorReason, Kind, SunoEvent } from '../../src/index.js'
import { SunoCallbacks, toResponse } from '../../src/index.js'
import { KINDS } from '../../src/events/kinds/index.js'
import { fixtures, type Fixture } from '../support/fixtures.js'

/**
 * Every body of test/fixtures, with its kind pinned by the path and without any kind: which event it becomes. A body of a kind
 * of ours is `pinned` to it; another vendor’s is pinned to every kind in turn, and must be a success of none.
 */
interface Expectation {
  /** The kind that its URL would name; absent where it is another vendor’s. */
  readonly pinned?: Kind
  readonly type: SunoEvent['type']
  /** The kind that the body alone tells, where it differs from `pinned`; null: several fit, or none. */
  readonly told?: Kind | null
  /** Whether it is only news of a task under way: 200 when nobody listens for it. */
  readonly isProgress?: boolean
  /** What the event has beside the type, the kind and the raw body. */
  readonly fields: Readonly<Record<string, unknown>>
}

const names = fixtures.map(({ name }) => name)

/** An error whose kind the body does not tell: the shape of a failed task is much the same for all kinds. */
const failure = (
  pinned: Kind,
  taskId: string,
  reason: ErrorReason,
  code: number | null,
  message: string,
  errorCode: number | null = null,
): Expectation => ({
  pinned,
  type: 'error',
  told: null,
  fields: { stage: 'error', taskId, reason, code, message, errorCode },
})

const refusedPhrase = (message: string): Expectation => ({
  pinned: 'phrase',
  type: 'error',
  fields: { stage: 'error', taskId: 'xxx_task_id_xxx', reason: 'refused', code: 400, message, errorCode: 500 },
})

const music = (
  stage: 'text' | 'first' | 'complete',
  taskId: string,
  tracks: readonly unknown[],
  code: number | null = 200,
): Expectation => ({
  pinned: 'music',
  type: `music:${stage}`,
  fields: { stage, taskId, code, tracks },
})

const lyrics = (taskId: string, variants: readonly unknown[]): Expectation => ({
  pinned: 'lyrics',
  type: 'lyrics:complete',
  fields: { stage: 'complete', taskId, code: 200, lyrics: variants, failures: [] },
})

const video = (taskId: string, videoUrl: string): Expectation => ({
  pinned: 'video',
  type: 'video:complete',
  fields: { stage: 'complete', taskId, code: 200, videoUrl, expiresAt: expect.any(Date) as Date },
})

const voice: Expectation = {
  pinned: 'voice',
  type: 'voice:ready',
  fields: { stage: 'ready', taskId: 'xxx_task_id_xxx', code: 200, message: 'success', voiceId: 'voice_xxx' },
}

const phrase = (text: string): Expectation => ({
  pinned: 'phrase',
  type: 'phrase:ready',
  fields: { stage: 'ready', taskId: 'xxx_task_id_xxx', code: 200, message: 'success', phrase: text },
})

const complete = (pinned: Kind, taskId: string, own: object): Expectation => ({
  pinned,
  type: `${pinned}:complete` as SunoEvent['type'],
  fields: { stage: 'complete', taskId, code: 200, expiresAt: expect.any(Date) as Date, ...own },
})

/** A failure whose empty field names its kind. */
const toldFailure = (
  pinned: Kind,
  taskId: string,
  reason: ErrorReason,
  code: number,
  message: string,
): Expectation => ({
  pinned,
  type: 'error',
  fields: { stage: 'error', taskId, reason, code, message, errorCode: null },
})

/** News of a task under way, or a shape that is not read: no event of its kind, and no failure. */
const unknown = (pinned: Kind, more: Partial<Expectation> = {}): Expectation => ({
  pinned,
  type: 'unknown',
  told: null,
  ...more,
  fields: { stage: 'unknown', ...more.fields },
})

/** What the `wild2` files have in place of their ids and addresses. */
const WILD_ID = '0f3c9a7e5b1d4c2e8a6f7b9d0c1e2f3a'
const wildFile = (name: string) => `https://files.example.com/${name}`

const AUDIO = 'https://example.cn/****.mp3'
const STREAM = 'https://example.cn/****'
const IMAGE = 'https://example.cn/****.jpeg'

/** The track of the documents: its time has no zone, so it names no instant. */
const plain = {
  id: '8551****662c',
  audioUrl: AUDIO,
  streamAudioUrl: STREAM,
  sourceAudioUrl: null,
  sourceStreamAudioUrl: null,
  imageUrl: IMAGE,
  sourceImageUrl: null,
  prompt: '[Verse] Night city lights shining bright',
  modelName: 'chirp-v3-5',
  title: 'Iron Man',
  tags: ['electrifying', 'rock'],
  createdAt: null,
  duration: 198.44,
}
const second = { ...plain, id: 'bd15****1873', duration: 228.28 }
const kie = { ...plain, id: 'e231****-****-****-****-****8cadc7dc' }
const sourced = { sourceAudioUrl: AUDIO, sourceStreamAudioUrl: STREAM, sourceImageUrl: IMAGE }

const bare = {
  id: null,
  audioUrl: null,
  streamAudioUrl: null,
  sourceAudioUrl: null,
  sourceStreamAudioUrl: null,
  imageUrl: null,
  sourceImageUrl: null,
  prompt: null,
  modelName: null,
  title: null,
  tags: [],
  createdAt: null,
  duration: null,
}

const moon = {
  ...bare,
  imageUrl: 'https://apiboxfiles.erweima.ai/ZTMyMjVlMmQtMTZlYy00ZjVjLTlkY2MtMTZmZDU0ODYzMWUx.jpeg',
  modelName: 'chirp-v3-5',
  prompt: '[Verse]\nThe moon hums low the night is still\nA quiet breath on the windowsill',
  tags: ['relaxing', 'soft', 'soft and soothing with gentle dynamics', 'piano-driven', 'calm'],
  title: 'Whispering Tides',
  createdAt: new Date('2025-09-16T17:44:24.461Z'),
}

const starryNight =
  '[Verse]\nMoonlight spreads across the windowsill\nStars dance, never standing still\nNight breeze weaves dreams with gentle skill\nLeaving all worries on the hill'

const LYRICS_ID = '3b66882fde0a5d398bd269cab6d9542b'
const MUSIC_ID = '2fac****9f72'
const VIDEO_ID = 'taskId_774b9aa0422f'
const VIDEO_URL = 'https://example.com/videos/video_847715e66259.mp4'
const refusedVideo = toldFailure('video', VIDEO_ID, 'refused', 400, 'Music video generation failed')

const WAV_ID = '988e****c8d3'
const BUSY = 'Internal Error - Please try again later'

const fileOf = (id: string, stem: string) => `https://file.aiquickdraw.com/s/${id}_${stem}.mp3`
const noStems = {
  vocalUrl: null,
  instrumentalUrl: null,
  backingVocalsUrl: null,
  drumsUrl: null,
  bassUrl: null,
  guitarUrl: null,
  keyboardUrl: null,
  pianoUrl: null,
  percussionUrl: null,
  stringsUrl: null,
  synthUrl: null,
  fxUrl: null,
  brassUrl: null,
  woodwindsUrl: null,
}
const stems = (taskId: string, files: Partial<typeof noStems | Record<string, string>>): Expectation =>
  complete('stems', taskId, { stems: { ...noStems, ...files }, originUrl: null, originData: [] })
const VOCALS_ID = '3e63b4cc88d52611159371f6af5571e7'
const separateVocal = stems(VOCALS_ID, {
  instrumentalUrl: fileOf('d92a13bf-c6f4-4ade-bb47-f69738435528', 'Instrumental'),
  vocalUrl: fileOf('3d7021c9-fa8b-4eda-91d1-3b9297ddb172', 'Vocals'),
})
const splitStem = stems('e649edb7abfd759285bd41a47a634b10', {
  backingVocalsUrl: fileOf('aadc51a3-4c88-4c8e-a4c8-e867c539673d', 'Backing_Vocals'),
  bassUrl: fileOf('a3c2da5a-b364-4422-adb5-2692b9c26d33', 'Bass'),
  brassUrl: fileOf('334b2d23-0c65-4a04-92c7-22f828afdd44', 'Brass'),
  drumsUrl: fileOf('ac75c5ea-ac77-4ad2-b7d9-66e140b78e44', 'Drums'),
  fxUrl: fileOf('a8822c73-6629-4089-8f2a-d19f41f0007d', 'FX'),
  guitarUrl: fileOf('064dd08e-d5d2-4201-9058-c5c40fb695b4', 'Guitar'),
  keyboardUrl: fileOf('adc934e0-df7d-45da-8220-1dba160d74e0', 'Keyboard'),
  percussionUrl: fileOf('0f70884d-047c-41f1-a6d0-7044618b7dc6', 'Percussion'),
  stringsUrl: fileOf('49829425-a5b0-424e-857a-75d4c63a426b', 'Strings'),
  synthUrl: fileOf('56b2d94a-eb92-4d21-bc43-3460de0c8348', 'Synth'),
  vocalUrl: fileOf('07420749-29a2-4054-9b62-e6a6f8b90ccb', 'Vocals'),
  woodwindsUrl: fileOf('d81545b1-6f94-4388-9785-1aaa6ecabb02', 'Woodwinds'),
})

const drums = [
  { pitch: 73, start: 0.036458333333333336, end: 0.18229166666666666, velocity: 1 },
  { pitch: 61, start: 0.046875, end: 0.19270833333333334, velocity: 1 },
]

/** A track of the `wild2` files. */
const wildTrack = (n: number) => ({
  ...bare,
  id: `00000000-0000-4000-8000-00000000000${String(n)}`,
  audioUrl: wildFile(`${String(n)}.mp3`),
  streamAudioUrl: `https://stream.example.com/${String(n)}`,
  imageUrl: wildFile(`${String(n)}.jpeg`),
  prompt: '[Verse] sample',
  modelName: 'chirp-v5',
  title: 'Sample',
  tags: ['pop', 'calm'],
  createdAt: new Date(1758044664461),
  duration: 163.88,
})
const clip = (n: number, duration: number) => ({
  ...bare,
  id: `clip-${String(n)}`,
  audioUrl: wildFile(`${String(n)}.mp3`),
  streamAudioUrl: wildFile(`s${String(n)}.mp3`),
  imageUrl: wildFile(`i${String(n)}.mp3`),
  duration,
})

const WAV_URL = 'https://example.com/s/04e6****e727.wav'
const COVERS = [
  'https://tempfile.aiquickdraw.com/s/1753958521_6c1b3015141849d1a9bf17b738ce9347.png',
  'https://tempfile.aiquickdraw.com/s/1753958524_c153143acc6340908431cf0e90cbce9e.png',
]
const IRON_MAN_CN = { title: '钢铁侠', text: '[Verse]\n我穿越城市黑暗夜\n心中燃烧梦想的烈火' }

const MODERATED = 'Song Description flagged for moderation'

const EXPECTED: Readonly<Record<string, Expectation>> = {
  // The example bodies of the five pages
  'page-music': music('complete', MUSIC_ID, [plain, second]),
  'page-lyrics': lyrics(LYRICS_ID, [
    { title: 'Starry Night Dreams', text: expect.stringMatching(/^\[Verse\]\nMoonlight .* fear tomorrow$/s) as string },
  ]),
  'page-lyrics-failure': failure('lyrics', LYRICS_ID, 'refused', 400, MODERATED),
  'page-video': video(VIDEO_ID, VIDEO_URL),
  'page-video-failure': refusedVideo,
  'page-voice': voice,
  'page-phrase': phrase('Please record this new validation phrase clearly.'),
  'page-phrase-failure': refusedPhrase('Failed to regenerate validation phrase'),

  // Music, all nine operations
  'documented-apibox-music-generate-complete': music('complete', MUSIC_ID, [plain, second]),
  'documented-kie-music-generate-complete': music('complete', MUSIC_ID, [kie]),
  'documented-kie-music-add-vocals-complete': music('complete', MUSIC_ID, [{ ...kie, modelName: 'chirp-v4-5' }]),
  'documented-kie-music-replace-section-complete': music('complete', MUSIC_ID, [
    { ...kie, prompt: 'A calm and relaxing piano track.', title: 'Relaxing Piano', tags: ['Jazz'] },
  ]),
  'documented-kie-music-upload-cover-complete': music('complete', MUSIC_ID, [{ ...kie, ...sourced }]),
  'documented-sunoapi-music-generate-complete': music('complete', MUSIC_ID, [
    { ...plain, ...sourced },
    { ...second, ...sourced },
  ]),
  'documented-sunoapi-music-extend-complete': music('complete', MUSIC_ID, [{ ...plain, ...sourced, duration: 228.28 }]),
  'documented-sunoapi-music-upload-cover-complete': music('complete', MUSIC_ID, [
    { ...plain, ...sourced, duration: 228.28 },
  ]),
  'documented-sunoapi-music-upload-extend-complete': music('complete', MUSIC_ID, [{ ...plain, ...sourced }]),
  'documented-sunoapi-music-add-instrumental-complete': music('complete', MUSIC_ID, [
    {
      ...plain,
      ...sourced,
      prompt: '[Instrumental] Relaxing piano melody',
      title: 'Relaxing Piano Instrumental',
      tags: ['relaxing', 'piano', 'instrumental'],
    },
  ]),
  'documented-sunoapi-music-add-vocals-complete': music('complete', MUSIC_ID, [
    {
      ...plain,
      ...sourced,
      prompt: '[Verse] Calm and relaxing melodies with soothing vocals',
      title: 'Relaxing Piano with Vocals',
      tags: ['relaxing', 'piano', 'vocals', 'jazz'],
    },
  ]),
  'documented-kie-music-extend-text': music('text', MUSIC_ID, []),
  'documented-kie-music-extend-text-cn': music('text', MUSIC_ID, []),
  'documented-kie-music-generate-error': failure('music', MUSIC_ID, 'generation', 501, 'Audio generation failed'),
  'documented-kie-music-add-instrumental-error': failure(
    'music',
    MUSIC_ID,
    'generation',
    501,
    'Audio generation failed',
  ),
  'documented-kie-music-extend-error-cn': failure('music', MUSIC_ID, 'generation', 501, '音频生成失败。'),
  'documented-sunoapi-music-generate-error': failure('music', MUSIC_ID, 'refused', 400, 'Music generation failed'),
  'documented-sunoapi-music-extend-error': failure('music', MUSIC_ID, 'refused', 400, 'Music extension failed'),
  'documented-sunoapi-music-upload-extend-error': failure('music', MUSIC_ID, 'refused', 400, 'Audio extension failed'),
  'documented-sunoapi-music-add-vocals-error': failure('music', MUSIC_ID, 'refused', 400, 'Vocal generation failed'),
  'documented-sunoapi-music-add-instrumental-error': failure(
    'music',
    MUSIC_ID,
    'refused',
    400,
    'Instrumental generation failed',
  ),
  'wild-music-complete-duration-integer-and-float': music('complete', 'observed-task', [
    { ...bare, id: 'song-one', audioUrl: 'https://signed.invalid/one.mp3', duration: 118 },
    { ...bare, id: 'song-two', audioUrl: 'https://signed.invalid/two.mp3', duration: 118.76 },
  ]),
  'wild-music-text-data-null': music('text', MUSIC_ID, []),
  'wild-music-failure-no-callbacktype': failure('music', 'task-abc-123', 'generation', 501, 'Audio generation failed'),
  // Both tracks; the second has only its stream yet.
  'wild-sunoapi-music-first-two-tracks-second-empty': music('first', '65e563474bd7b6485dfb229eb92324a8', [
    {
      ...moon,
      id: 'e3225e2d-16ec-4f5c-9dcc-16fd548631e1',
      audioUrl: 'https://apiboxfiles.erweima.ai/ZTMyMjVlMmQtMTZlYy00ZjVjLTlkY2MtMTZmZDU0ODYzMWUx.mp3',
      streamAudioUrl: 'https://mfile.erweima.ai/ZTMyMjVlMmQtMTZlYy00ZjVjLTlkY2MtMTZmZDU0ODYzMWUx',
      sourceAudioUrl: 'https://cdn1.suno.ai/e3225e2d-16ec-4f5c-9dcc-16fd548631e1.mp3',
      sourceStreamAudioUrl: 'https://audiopipe.suno.ai/?item_id=e3225e2d-16ec-4f5c-9dcc-16fd548631e1',
      sourceImageUrl: 'https://cdn2.suno.ai/image_e3225e2d-16ec-4f5c-9dcc-16fd548631e1.jpeg',
      duration: 163.88,
    },
    {
      ...moon,
      id: '5ee8f9ef-a6e3-46a0-a8eb-1c3802a2fb2f',
      audioUrl: null,
      streamAudioUrl: 'https://mfile.erweima.ai/NWVlOGY5ZWYtYTZlMy00NmEwLWE4ZWItMWMzODAyYTJmYjJm',
      sourceStreamAudioUrl: 'https://audiopipe.suno.ai/?item_id=5ee8f9ef-a6e3-46a0-a8eb-1c3802a2fb2f',
      imageUrl: 'https://apiboxfiles.erweima.ai/NWVlOGY5ZWYtYTZlMy00NmEwLWE4ZWItMWMzODAyYTJmYjJm.jpeg',
      sourceImageUrl: 'https://cdn2.suno.ai/image_5ee8f9ef-a6e3-46a0-a8eb-1c3802a2fb2f.jpeg',
    },
  ]),

  // Lyrics
  'documented-apibox-lyrics-complete': lyrics(LYRICS_ID, [{ title: 'Starry Night Dreams', text: starryNight }]),
  'documented-apibox-lyrics-failure-complete-type': failure('lyrics', LYRICS_ID, 'refused', 400, MODERATED),
  'documented-sunoapi-lyrics-complete': lyrics('11dc****8b0f', [
    {
      title: 'Iron Man',
      text: "[Verse]\nWalking through the city's darkest night\nWith dreams burning like a blazing fire",
    },
    { title: 'Iron Man', text: '[Verse]\nWind is calling out my name\nSteel armor shining in the light' },
  ]),
  'documented-sunoapi-lyrics-error': failure('lyrics', '11dc****8b0f', 'refused', 400, 'Lyrics generation failed'),
  'wild-lyrics-no-errormessage': lyrics('task-2', [{ title: 'Lyric Title', text: '[Verse]\nLine one' }]),

  // Video
  'documented-sunoapi-video-success': video(VIDEO_ID, VIDEO_URL),
  'documented-oldapibox-video-success': video(VIDEO_ID, VIDEO_URL),
  // The page's example is no URL; it is handed on as it came.
  'documented-kie-video-success': video('task_id_5bbe7721119d', 'video_url_847715e66259'),
  'documented-sunoapi-video-failure': refusedVideo,

  // Voice and phrase
  'documented-apibox-voice-generate-success': voice,
  'documented-kie-voice-generate-success': voice,
  'documented-kie-voice-validate-success': phrase('Harmonies fill the air with joyful melodies tonight'),
  'documented-sunoapi-voice-validate-success': phrase('Please record this validation phrase clearly.'),
  'documented-sunoapi-voice-validate-failure': refusedPhrase('Failed to generate validation phrase'),
  'documented-sunoapi-voice-regenerate-success': phrase('Please record this new validation phrase clearly.'),
  'documented-sunoapi-voice-regenerate-failure': refusedPhrase('Failed to regenerate validation phrase'),

  // WAV
  'documented-sunoapi-wav-success': complete('wav', WAV_ID, {
    audioWavUrl: 'https://example.com/s/04e6****e727.wav',
  }),
  'documented-sunoapi-wav-failure': toldFailure('wav', WAV_ID, 'refused', 400, 'WAV format conversion failed'),
  'documented-kie-wav-failure': toldFailure('wav', WAV_ID, 'server', 500, BUSY),

  // Stems
  'documented-sunoapi-stems-separate-vocal-success': separateVocal,
  'documented-kie-stems-separate-vocal-success': separateVocal,
  'documented-sunoapi-stems-split-stem-success': splitStem,
  'documented-kie-stems-split-stem-success': splitStem,
  'wild-stems-split-stem-actual-comment': stems('...', {
    vocalUrl: 'https://..._Vocals.mp3',
    drumsUrl: 'https://..._Drums.mp3',
    bassUrl: 'https://..._Bass.mp3',
  }),
  'documented-sunoapi-stems-failure': toldFailure(
    'stems',
    '5e72d367bdfbe44785e28d72cb1697c7',
    'refused',
    400,
    'Vocal separation failed',
  ),
  'documented-kie-stems-failure': toldFailure('stems', VOCALS_ID, 'server', 500, 'Vocal separation failed'),

  // MIDI, whose times are numbers and strings
  'documented-sunoapi-midi-success': complete('midi', '5c79****be8e', {
    instruments: [
      { name: 'Drums', notes: [...drums, { pitch: 73, start: 0.1875, end: 0.4895833333333333, velocity: 1 }] },
      {
        name: 'Electric Bass (finger)',
        notes: [{ pitch: 44, start: 7.6875, end: 7.911458333333333, velocity: 1 }],
      },
    ],
  }),
  'documented-kie-midi-success': complete('midi', '5c79****be8e', { instruments: [{ name: 'Drums', notes: drums }] }),

  // Cover images
  'documented-sunoapi-cover-image-success': complete('cover', '21aee3c3c2a01fa5e030b3799fa4dd56', {
    images: [
      'https://tempfile.aiquickdraw.com/s/1753958521_6c1b3015141849d1a9bf17b738ce9347.png',
      'https://tempfile.aiquickdraw.com/s/1753958524_c153143acc6340908431cf0e90cbce9e.png',
    ],
  }),

  // Records of polling: the same events as callbacks of the same stage
  'documented-recordinfo-music-success': music('complete', '5c79****be8e', [
    { ...plain, prompt: '[Verse] 夜晚城市 灯火辉煌', title: '钢铁侠' },
  ]),
  'documented-recordinfo-music-quickstart-shape': music('complete', 'suno_task_abc123', [
    {
      ...bare,
      id: 'audio_123',
      audioUrl: 'https://example.com/generated-music.mp3',
      title: 'Generated Song',
      tags: ['folk', 'acoustic'],
      duration: 180.5,
    },
  ]),
  // A callback could not be delivered, and the audio is there: one track, which may be the first of two.
  'wild-recordinfo-callback-exception-with-audio': music(
    'first',
    'x',
    [
      {
        ...bare,
        id: 'a1',
        audioUrl: 'https://cdn.example/a.mp3',
        imageUrl: 'https://cdn.example/a.jpeg',
        title: 'Recovered',
      },
    ],
    null,
  ),
  'documented-recordinfo-lyrics-success': lyrics('11dc****8b0f', [IRON_MAN_CN]),
  'documented-oldapibox-recordinfo-lyrics-lyricsdata': lyrics('11dc****8b0f', [IRON_MAN_CN]),
  'documented-recordinfo-video-success': video(VIDEO_ID, VIDEO_URL),
  'documented-recordinfo-wav-success': complete('wav', WAV_ID, { audioWavUrl: WAV_URL }),
  'documented-oldapibox-recordinfo-wav-status': complete('wav', WAV_ID, { audioWavUrl: WAV_URL }),
  'documented-recordinfo-midi-success': complete('midi', '5c79****be8e', {
    instruments: [
      { name: 'Drums', notes: drums },
      { name: 'Electric Bass (finger)', notes: [{ pitch: 44, start: 7.6875, end: 7.911458333333333, velocity: 1 }] },
    ],
  }),
  // Its errorCode is 200 on success.
  'documented-recordinfo-cover-image-success': complete('cover', '21aee3c3c2a01fa5e030b3799fa4dd56', {
    images: COVERS,
    expiresAt: new Date('2025-01-29T10:35:27Z'),
  }),

  // What public handlers, tests and reports show: music
  'wild2-music-both-ids': music('complete', WILD_ID, [wildTrack(1), wildTrack(2)]),
  'wild2-music-kie-v6-complete': music('complete', WILD_ID, [
    { ...wildTrack(1), modelName: 'chirp-v6' },
    { ...wildTrack(2), modelName: 'chirp-v6' },
  ]),
  'wild2-music-second-stage': music('complete', WILD_ID, [wildTrack(1), wildTrack(2)]),
  'wild2-music-callback-type-snake': music('complete', WILD_ID, [wildTrack(1), wildTrack(2)]),
  'wild2-music-first-one-track': music('first', WILD_ID, [wildTrack(1)]),
  'wild2-music-complete-createtime-digits': music('complete', WILD_ID, [
    {
      ...wildTrack(1),
      modelName: 'chirp-auk-turbo',
      createdAt: new Date(1758044664000),
      sourceAudioUrl: wildFile('1.mp3'),
      sourceImageUrl: wildFile('i.mp3'),
    },
  ]),
  'wild2-music-complete-sunodata-in-data': music('complete', WILD_ID, [
    { ...bare, id: 'a1', audioUrl: wildFile('1.mp3'), imageUrl: wildFile('i.mp3'), title: 'Sample', duration: 100.5 },
  ]),
  'wild2-music-complete-tracks-with-state': music(
    'complete',
    WILD_ID,
    [
      {
        ...clip(0, 178),
        title: 'Sample',
        modelName: 'V5',
        prompt: 'x',
        tags: ['pop'],
      },
    ],
    null,
  ),
  'wild2-music-first-tracks-with-status': music('first', WILD_ID, [
    clip(0, 180),
    { ...clip(1, 182), streamAudioUrl: null },
  ]),
  'wild2-music-root-record-first': music(
    'first',
    WILD_ID,
    [
      {
        ...bare,
        id: 'a1',
        streamAudioUrl: wildFile('s.mp3'),
        imageUrl: wildFile('i.mp3'),
        duration: 100,
        title: 'Sample',
        tags: ['pop'],
      },
    ],
    null,
  ),
  'wild2-music-text-response-empty': music('text', WILD_ID, []),
  'wild2-kie-jobs-task-completed-music': music('complete', WILD_ID, [
    { ...bare, id: 'aud-A', audioUrl: wildFile('a.mp3'), title: 'Sample', duration: 30 },
    { ...bare, id: 'aud-B', audioUrl: wildFile('b.mp3'), title: 'Sample', duration: 31 },
  ]),
  'wild2-music-error-413-cannot-fetch': failure('music', WILD_ID, 'source', 413, "Can't fetch the uploaded audio."),
  'wild2-kie-jobs-fail-code-200-failmsg': failure(
    'music',
    WILD_ID,
    'refused',
    200,
    'Lyrics contain copyrighted material',
    400,
  ),
  'wild2-kie-jobs-flat-fail': failure('music', WILD_ID, 'server', null, 'Internal error', 500),
  // Done, it says, and has ids alone: neither a song nor a failure.
  'wild2-music-complete-ids-only-bare': unknown('music'),
  'wild2-music-complete-ids-only-with-title': unknown('music', { told: 'music' }),
  // Its only id is one that no page names, and another has none at all.
  'wild2-music-external-id': unknown('music', { told: 'music', fields: { taskId: null } }),
  'wild2-music-legacy-clips': unknown('music', { fields: { taskId: null } }),
  // Under way
  'wild2-music-first-empty-list': unknown('music', { told: 'music', isProgress: true }),
  'wild2-music-callbacktype-processing': unknown('music', { isProgress: true }),
  'wild2-music-root-status-processing': unknown('music', { isProgress: true }),
  'wild2-kie-jobs-nested-generating': unknown('music', { isProgress: true }),
  'wild2-stems-code-202-still-running': unknown('stems', { isProgress: true }),

  // The same of the other kinds
  'wild2-lyrics-items-without-status': lyrics(WILD_ID, [
    { title: 'Sample', text: '[Verse] sample' },
    { title: 'Other', text: '[Verse] other' },
  ]),
  'wild2-lyrics-jobs-result': lyrics(WILD_ID, [{ title: 'Sample', text: '[Verse] sample' }]),
  'wild2-wav-url-below-response': complete('wav', WILD_ID, { audioWavUrl: wildFile('1.wav') }),
  'wild2-kie-jobs-nested-success-wav': complete('wav', WILD_ID, { audioWavUrl: wildFile('1.wav') }),
  'wild2-stems-urls-below-response': stems(WILD_ID, {
    vocalUrl: wildFile('v.mp3'),
    instrumentalUrl: wildFile('i.mp3'),
  }),
  'wild2-kie-jobs-nested-success-stems-urls': stems(WILD_ID, {
    backingVocalsUrl: wildFile('00000000-0000-4000-8000-000000000001_Backing_Vocals.mp3'),
    drumsUrl: wildFile('00000000-0000-4000-8000-000000000002_Drums.mp3'),
  }),
  'wild2-kie-jobs-success-empty-result': failure('stems', WILD_ID, 'empty', 200, 'success'),
  'wild2-cover-snake-task-id': complete('cover', WILD_ID, { images: [wildFile('1.png'), wildFile('2.png')] }),
  // Of a step that has no event
  'wild2-kie-check-voice-available': unknown('voice'),

  // Another vendor, whose callbacks have no task id
  'wild-other-vendor-sunoapi-com-clips': {
    type: 'unknown',
    fields: { stage: 'unknown', taskId: null, code: 200 },
  },
}

// The table, as it came out: each file, the event of its kind, and the kind that its body alone tells.
const seen = new Map<string, string>()
afterAll(() => {
  const width = Math.max(...names.map((name) => name.length))
  console.log([...seen].map(([name, event]) => `${name.padEnd(width)}  ${event}`).join('\n'))
})

test('the table has a line for every fixture', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual([...names].sort())
})

test.each(names.map((name) => [name, EXPECTED[name]?.type] as const))('%s: becomes %s', async (name) => {
  const { pinned, type, fields } = expectation(name)
  for (const kind of pinned === undefined ? KINDS : [pinned]) {
    const { event } = await receive(name, kind)
    expect(event).toMatchObject({ type, kind, metadata: {}, raw: fixture(name).body, ...fields })
  }
})

test.each(names)('%s: is told to be of its own kind or of none, and never of another', async (name) => {
  const { kind: own } = fixture(name)
  const { event } = await receive(name)
  const { event: pinned } = await receive(name, own ?? undefined)
  seen.set(name, `${String(pinned?.type).padEnd(17)}  ${event?.kind ?? '-'}`)
  expect([own, null]).toContain(event?.kind)
  expect(expectation(name).pinned).toBe(own ?? undefined)
})

test.each(names)('%s: becomes the same event when nothing names its kind', async (name) => {
  const { pinned = null, type, told = pinned, fields } = expectation(name)
  const { event } = await receive(name)
  expect(event).toMatchObject({ type, kind: told, metadata: {}, raw: fixture(name).body, ...fields })
})

test.each(names)('%s: is a success of no kind but its own', async (name) => {
  const { pinned } = expectation(name)
  for (const kind of KINDS.filter((one) => one !== pinned)) {
    const { event } = await receive(name, kind)
    expect(['error', 'unknown']).toContain(event?.type)
  }
})

test.each(names)('%s: comes once, and its repeat is answered 200 without running a listener', async (name) => {
  const { pinned } = expectation(name)
  const events: SunoEvent[] = []
  const suno = new SunoCallbacks({ verify: false, logger: false }).on('*', (event) => events.push(event))
  const delivery = { body: JSON.stringify(fixture(name).body), kind: pinned }
  const first = await suno.receive(delivery)
  const repeat = await suno.receive(delivery)
  expect([first.status, repeat.status]).toEqual(['handled', 'duplicate'])
  expect([toResponse(first).status, toResponse(repeat).status]).toEqual([200, 200])
  expect(events).toHaveLength(1)
})

test('files expire 14 days after the time of completion or creation that the body names, else after their callback came', async () => {
  const DAYS_MS = 14 * 24 * 60 * 60 * 1000
  const made = new Map<Kind | null, number>()
  const named: Record<string, string> = {}
  for (const name of names) {
    const { event } = await receive(name, expectation(name).pinned)
    if (event === undefined || !('expiresAt' in event)) continue
    const madeAt = event.expiresAt.getTime() - DAYS_MS
    made.set(event.kind, madeAt)
    if (madeAt !== event.receivedAt.getTime()) named[name] = new Date(madeAt).toISOString()
  }
  const kinds = ['music', 'video', 'wav', 'stems', 'midi', 'cover']
  expect(new Set(made.keys())).toEqual(new Set(kinds))
  // Times without a zone name no instant: those files count from their callback.
  expect(named).toEqual({
    'documented-recordinfo-cover-image-success': '2025-01-15T10:35:27.000Z',
    'documented-recordinfo-midi-success': '2025-10-13T06:00:55.000Z',
    'documented-recordinfo-video-success': '2024-12-31T16:10:00.000Z',
    'wild2-music-both-ids': '2025-09-16T17:44:24.461Z',
    'wild2-music-callback-type-snake': '2025-09-16T17:44:24.461Z',
    'wild2-music-complete-createtime-digits': '2025-09-16T17:44:24.000Z',
    'wild2-music-kie-v6-complete': '2025-09-16T17:44:24.461Z',
    'wild2-music-second-stage': '2025-09-16T17:44:24.461Z',
  })
})

test.each(names)(
  '%s: is answered 200 without a listener when it is news of a task under way, else 422',
  async (name) => {
    const { pinned, type, isProgress = false } = expectation(name)
    if (type !== 'unknown') return
    for (const kind of [pinned, undefined]) {
      const suno = new SunoCallbacks({ verify: false, logger: false }).on('music:complete', () => undefined)
      const outcome = await suno.receive({ body: JSON.stringify(fixture(name).body), kind })
      expect([outcome.status, toResponse(outcome).status]).toEqual(isProgress ? ['ignored', 200] : ['rejected', 422])
    }
  },
)

test.each(names)('%s: no empty string reaches a listener', async (name) => {
  const { event } = await receive(name, expectation(name).pinned)
  expect(emptyStrings({ ...event, raw: null })).toEqual([])
})

function expectation(name: string): Expectation {
  const expected = EXPECTED[name]
  if (expected === undefined) throw new Error(`no expectation for ${name}`)
  return expected
}

function fixture(name: string): Fixture {
  const found = fixtures.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found
}

async function receive(name: string, kind?: Kind) {
  const events: SunoEvent[] = []
  const suno = new SunoCallbacks({ verify: false, logger: false }).on('*', (event) => events.push(event))
  const outcome = await suno.receive({ body: JSON.stringify(fixture(name).body), kind })
  expect(events.length).toBeLessThanOrEqual(1)
  return { outcome, event: events[0] }
}

/** The paths at which the value holds `''`. */
function emptyStrings(value: unknown, path = ''): readonly string[] {
  if (value === '') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => emptyStrings(child, `${path}.${key}`))
}
