/** How long a file may take to be read. Pure. */

/** A damaged HDF5 file can lead the HDF Group's own library round in circles; nothing but ending its process stops it. */
const leastSeconds = 8;
/** Slower than any disk that a model is read from and any parser here. */
const bytesPerSecond = 20e6;

/** Seconds after which a file of this size is given up. */
export function readingSeconds(bytes: number): number {
  return leastSeconds + bytes / bytesPerSecond;
}
