/** Whether the welcome has been seen: it comes by itself once. */
const key = 'unroll.welcomed';

export function wasWelcomed(): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return true; // storage is switched off: better never than every time
  }
}

export function rememberWelcome(): void {
  try {
    localStorage.setItem(key, 'yes');
  } catch {
    // as above
  }
}
