/// A fast, seeded source of random numbers: xoshiro256++ (Blackman and Vigna, 2019), its state filled by splitmix64.
///
/// Every draw uses integer and IEEE basic arithmetic alone, no function of the mathematics library, so that a seed
/// gives the same numbers on every machine.
struct RandomStream: Sendable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  init(seed: UInt64) {
    var state = seed
    func splitmix() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    a = splitmix()
    b = splitmix()
    c = splitmix()
    d = splitmix()
  }

  /// 64 random bits.
  @inline(__always)
  mutating func bits() -> UInt64 {
    let sum = a &+ d
    let result = ((sum << 23) | (sum >> 41)) &+ a
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 45) | (d >> 19)
    return result
  }

  /// A number in 0 ..< 1, a multiple of 2^-53.
  @inline(__always)
  mutating func uniform() -> Double {
    Double(bits() >> 11) * 0x1p-53
  }

  /// A whole number in 0 ..< `bound`, by the high half of a product; the bias is below bound / 2^64. `bound` is above
  /// 0.
  @inline(__always)
  mutating func below(_ bound: Int) -> Int {
    Int(bits().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A normal deviate of mean 0 and variance 1, as the sum of twelve uniform 16-bit numbers (Irwin-Hall): its
  /// variance is 12 * 2^32 / 12 in their units, and its tails end at six standard deviations, far enough for a time
  /// resolution.
  @inline(__always)
  mutating func gaussian() -> Double {
    let pairs: UInt64 = 0x0000_FFFF_0000_FFFF
    var sum: UInt64 = 0
    for _ in 0..<3 {
      let lanes = bits()
      sum &+= (lanes & pairs) &+ ((lanes >> 16) & pairs)
    }
    let total = (sum & 0xFFFF_FFFF) &+ (sum >> 32)
    return (Double(total) - 12 * 32_767.5) * 0x1p-16
  }

  /// An exponential deviate of mean 1, by von Neumann's comparison of uniforms (1951), which needs no logarithm.
  mutating func exponential() -> Double {
    var whole = 0.0
    while true {
      let first = bits()
      var last = first
      var isAccepted = true
      // A run of descending numbers that ends after an odd number of them keeps its first one as the fraction.
      while true {
        let following = bits()
        if following >= last { break }
        last = following
        isAccepted.toggle()
      }
      if isAccepted { return whole + Double(first >> 11) * 0x1p-53 }
      whole += 1
    }
  }
}
