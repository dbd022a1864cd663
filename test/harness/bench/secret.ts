/** Of the signed callback URLs and bodies. */
export const SECRET = 'a secret of the benchmark, 0123456789'
