import Testing

@testable import Dashboard

/// Sides of pictures, whatever lies along them.
@Suite struct ScaleTests {
  private static let values = [
    -1.7e308, -1e308, -1e15, -1, -1e-300, -5e-324, 0, 5e-324, 1e-300, 0.1, 1, 1e15, 9.3e18, 1e300, 1.7e308,
  ]

  @Test func `Ticks lie on the side, few and in order`() {
    for low in Self.values {
      for high in Self.values {
        for isLog in [false, true] where !isLog || low > 0 {
          let scale = Scale(low, high, from: 0, to: 100, isLog: isLog)
          let ticks = scale.ticks(6)
          #expect(ticks.count <= 100 && ticks == ticks.sorted(), "\(low) to \(high): \(ticks)")
          for value in Self.values + ticks where value.isFinite {
            let place = scale(value)
            #expect(place.isNaN || (0...100).contains(place), "\(low) to \(high): \(value) at \(place)")
          }
        }
      }
    }
  }

  @Test(arguments: [
    (0.0, 1.0, false, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-100, 600, false, [0, 200, 400, 600]),
    (1, 1000, true, [1, 10, 100, 1000]),
  ])
  func `Ticks are round numbers`(low: Double, high: Double, isLog: Bool, wanted: [Double]) {
    #expect(Scale(low, high, from: 0, to: 1, isLog: isLog).ticks(5) == wanted)
  }
}
