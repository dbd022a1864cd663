import type { Plugin } from 'vitest/config'

/** @returns the plugin that makes the inspector's page of its sources */
export declare function inspectorPage(): Plugin
