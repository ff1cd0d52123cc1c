/**
 * What a call gives, or the error of `late` after `ms`; the call itself goes on, and has nobody to tell. Where the event loop
 * was held up for longer than that, the answer may have come and was not heard: then there is as much time again, once.
 */
export async function inTime<Result>(call: Promise<Result>, ms: number, late: () => Error): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const due = performance.now() + ms;
    timer = setTimeout(() => {
      const heldUp = performance.now() - due > ms * heldUpShare;
      if (heldUp) timer = setTimeout(() => reject(late()), ms);
      else reject(late());
    }, ms);
  });
  try {
    return await Promise.race([call, timeout]);
  } finally {
    clearTimeout(timer);
    call.catch(() => undefined);
  }
}

/** A timer that fires so much too late, as a share of its time, tells of a loop that did nothing else meanwhile. */
const heldUpShare = 0.2;
