// What is timed, in the page itself: from what a person does until the pixels are there.
/** @typedef {import('@playwright/test').Page} Page */

/** From asking for the comparison until its curves are painted. @returns {Promise<number>} ms */
export async function firstPaint(/** @type {Page} */ page, /** @type {string} */ hash) {
  return page.evaluate(async (to) => {
    const began = performance.now();
    location.hash = to;
    for (;;) {
      const canvas = document.querySelector('canvas');
      // The line under the chart says how many points were drawn, once they are.
      if (canvas && /Showing/.test(canvas.closest('[role="figure"]')?.textContent ?? '')) {
        canvas.getContext('2d')?.getImageData(0, 0, 1, 1); // waits for what is still to be rasterised
        return performance.now() - began;
      }
      await new Promise((resolve) => setTimeout(resolve));
    }
  }, hash);
}

/** Moves over the chart, once a frame: how long each move takes until the page is laid out again. */
export async function hover(/** @type {Page} */ page) {
  return page.evaluate(async () => {
    const area = document.querySelector('[role="figure"] [role="slider"]');
    if (!area) throw new Error('There is no chart.');
    const box = area.getBoundingClientRect();
    const times = [];
    for (let n = 0; n < 100; n++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const [clientX, clientY] = [
        box.left + 60 + (n * (box.width - 80)) / 100,
        box.top + box.height * (0.2 + (n % 7) / 10),
      ];
      const began = performance.now();
      area.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY, bubbles: true }));
      await null;
      document.body.getBoundingClientRect();
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    return { median: times[50] ?? NaN, p95: times[95] ?? NaN };
  });
}

/** Turns the wheel over the chart: the median until the curves are painted anew, and, after ten turns, until finer ones are. */
export async function zoom(/** @type {Page} */ page) {
  return page.evaluate(async () => {
    const area = document.querySelector('[role="figure"] [role="slider"]');
    const canvas = document.querySelector('canvas');
    const figure = canvas?.closest('[role="figure"]');
    if (!area || !canvas || !figure) throw new Error('There is no chart.');
    const box = area.getBoundingClientRect();
    const said = () => /Showing.*?points/.exec(figure.textContent ?? '')?.[0] ?? '';
    const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const painted = [];
    const refined = [];
    const turn = () => {
      const event = {
        clientX: box.left + box.width * 0.6,
        clientY: box.top + 80,
        deltaY: -100,
        bubbles: true,
        cancelable: true,
      };
      area.dispatchEvent(new WheelEvent('wheel', event));
    };
    for (let n = 0; n < 5; n++) {
      // Ten turns show a twelfth of the steps: there are finer buckets of these.
      let began = 0;
      for (let turns = 0; turns < 10; turns++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        began = performance.now();
        turn();
        await null;
        canvas.getContext('2d')?.getImageData(0, 0, 1, 1);
        painted.push(performance.now() - began);
      }
      const coarse = said();
      while (said() === coarse && performance.now() - began < 3000) await sleep(1);
      canvas.getContext('2d')?.getImageData(0, 0, 1, 1);
      refined.push(performance.now() - began);
      area.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
      await sleep(300);
    }
    const median = (/** @type {number[]} */ all) => all.sort((a, b) => a - b)[all.length >> 1] ?? NaN;
    return { painted: median(painted), refined: median(refined) };
  });
}

/** Scrolls the screen's table for three seconds, a little every frame. @returns {Promise<{ fps: number, slow: number }>} */
export async function scroll(/** @type {Page} */ page, /** @type {string} */ hash) {
  await page.evaluate((to) => void (location.hash = to), hash);
  await page.waitForFunction(() => document.querySelector('table tbody tr'));
  return page.evaluate(async () => {
    const scroller = document.querySelector('table')?.parentElement;
    if (!scroller) throw new Error('There is no table.');
    const frame = () => new Promise((/** @type {(at: number) => void} */ resolve) => requestAnimationFrame(resolve));
    await frame();
    const began = await frame();
    const times = [];
    for (let now = began; now - began < 3000;) {
      scroller.scrollTop += 45;
      const next = await frame();
      times.push(next - now);
      now = next;
    }
    const total = times.reduce((sum, one) => sum + one, 0);
    return { fps: (times.length * 1000) / total, slow: times.filter((one) => one > 20).length / times.length };
  });
}
