/**
 * `exp_of`: eˣ that keeps NaN. Drivers may assume that there is none, and some turn e^NaN into a number, which would hide a run that
 * diverged; NaN is found by its bits, so that no compiler can decide that it is not there.
 */
export const EXP = /* wgsl */ `
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn exp_of(x: f32) -> f32 { return select(exp(x), x, is_nan(x)); }`;

/**
 * `tanh_of` and `sigmoid_of`, the logistic function. The built-in tanh may be (eˣ - e⁻ˣ)/(eˣ + e⁻ˣ), which overflows from x = 89 on and
 * has few digits near 0. These use e to a negative power only, keep NaN, and are within 5e-7 of the real ones, near 0 relative to them.
 */
export const NONLINEARITIES = /* wgsl */ `${EXP}
fn tanh_of(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.625) { // Cephes, tanhf
    let z = x * x;
    let series = (((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z - 3.33332819422e-1;
    return series * z * x + x;
  }
  let e = exp_of(-2.0 * a);
  let y = (1.0 - e) / (1.0 + e);
  return select(y, -y, x < 0.0);
}
fn sigmoid_of(x: f32) -> f32 {
  let e = exp_of(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}`;
