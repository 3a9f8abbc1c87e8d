import Histograms

extension Points {
  /// Takes out points that cannot be among the `limit` smallest, so that there are few more than those to be sorted. Gives
  /// how many it took.
  static func select(_ points: inout [PlotPoint], limit: Int) -> Int {
    guard points.count > limit + limit / 4 else { return 0 }
    let differing = points.withUnsafeBufferPointer { differingBits($0) }
    let shift = UInt64(max(0, 64 - differing.leadingZeroBitCount - mostBits))
    let mask = (UInt64(1) << UInt64(mostBits)) - 1
    var counts = [Int](repeating: 0, count: 1 << mostBits)
    for point in points { counts[Int(key(of: point.x) >> shift & mask)] += 1 }
    var (last, kept) = (UInt64(0), counts[0])
    while kept < limit {
      last += 1
      kept += counts[Int(last)]
    }
    var place = 0
    points.withUnsafeMutableBufferPointer { points in
      // Without a branch, which would be guessed wrong often.
      for index in points.indices {
        points[place] = points[index]
        place += key(of: points[index].x) >> shift & mask <= last ? 1 : 0
      }
    }
    let count = points.count - place
    points.removeLast(count)
    return count
  }

  /// The bits in which the x of points differ.
  private static func differingBits(_ points: UnsafeBufferPointer<PlotPoint>) -> UInt64 {
    guard let first = points.first else { return 0 }
    let key = key(of: first.x)
    return points.reduce(0) { $0 | (self.key(of: $1.x) ^ key) }
  }

  /// Sorts points by x, those of the same x by y: by the digits of x, least first, each pass keeping the order of the one
  /// before. Only the bits in which the x differ take part, so that a counter that spans a little takes few passes.
  static func sort(_ points: inout [PlotPoint]) {
    guard points.count > 64 else { return points.sort(by: PlotPoint.precedes) }
    let count = points.count
    points.withUnsafeMutableBufferPointer { buffer in
      let differing = differingBits(UnsafeBufferPointer(buffer))
      guard differing != 0 else { return }
      let lowest = differing.trailingZeroBitCount
      let width = 64 - differing.leadingZeroBitCount - lowest
      let passes = (width + mostBits - 1) / mostBits
      let bits = (width + passes - 1) / passes
      let mask = (UInt64(1) << UInt64(bits)) - 1

      let spare = UnsafeMutablePointer<PlotPoint>.allocate(capacity: count)
      let places = UnsafeMutablePointer<Int>.allocate(capacity: 1 << bits)
      defer {
        spare.deallocate()
        places.deallocate()
      }
      var (from, to) = (buffer.baseAddress!, spare)
      for pass in 0..<passes {
        let shift = UInt64(lowest + pass * bits)
        places.update(repeating: 0, count: 1 << bits)
        for index in 0..<count { places[Int(key(of: from[index].x) >> shift & mask)] += 1 }
        var start = 0
        for digit in 0..<(1 << bits) { (places[digit], start) = (start, start + places[digit]) }
        for index in 0..<count {
          let digit = Int(key(of: from[index].x) >> shift & mask)
          to[places[digit]] = from[index]
          places[digit] += 1
        }
        swap(&from, &to)
      }
      if from != buffer.baseAddress! { buffer.baseAddress!.update(from: from, count: count) }
    }
    sortTies(&points)
  }

  /// Bits of a digit: the places of all its values stay in the fastest cache.
  private static let mostBits = 11

  /// Whole numbers in the order of the floats: negative ones have all bits turned, others the sign.
  @inline(__always)
  private static func key(of value: Double) -> UInt64 {
    // -0 and 0 are the same.
    let pattern = (value + 0).bitPattern
    return pattern >> 63 == 1 ? ~pattern : pattern | 1 << 63
  }

  private static func sortTies(_ points: inout [PlotPoint]) {
    var start = 0
    for index in 1...points.count where index == points.count || points[index].x != points[start].x {
      if index - start > 1 { points[start..<index].sort { $0.y < $1.y } }
      start = index
    }
  }
}
