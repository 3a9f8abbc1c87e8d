/// Places boxes in layers from left to right, so that arrows go to the right, and in an order in which few of them cross.
struct GraphLayout {
  /// A box, or a place that an arrow goes through on its way past a layer.
  struct Box {
    /// The number of the node; nil for a place of an arrow.
    let node: Int?
    let width: Double
    let height: Double
    var x = 0.0
    var y = 0.0
  }

  private(set) var boxes: [Box]
  /// The boxes that each arrow goes by, ends included.
  private(set) var routes: [[Int]] = []
  private(set) var width = 0.0
  private(set) var height = 0.0

  private static let gap = (across: 64.0, down: 18.0)
  private static let margin = 16.0

  /// - Parameters:
  ///   - sizes: of each node.
  ///   - edges: by the numbers of nodes, which are in an order in which all arrows go to later ones.
  init(_ sizes: [(width: Double, height: Double)], edges: [(from: Int, to: Int)]) {
    boxes = sizes.enumerated().map { Box(node: $0.offset, width: $0.element.width, height: $0.element.height) }
    var layer = [Int](repeating: 0, count: sizes.count)
    for node in sizes.indices {
      for edge in edges where edge.to == node { layer[node] = max(layer[node], layer[edge.from] + 1) }
    }
    var layers = [[Int]](repeating: [], count: (layer.max() ?? 0) + 1)
    for node in sizes.indices { layers[layer[node]].append(node) }
    for edge in edges {
      var route = [edge.from]
      for between in (layer[edge.from] + 1)..<max(layer[edge.to], layer[edge.from] + 1) {
        boxes.append(Box(node: nil, width: 0, height: 4))
        layers[between].append(boxes.count - 1)
        route.append(boxes.count - 1)
      }
      routes.append(route + [edge.to])
    }
    order(&layers)
    place(layers)
  }

  /// Each box near the middle of those that it is joined to, from both sides in turn.
  private func order(_ layers: inout [[Int]]) {
    var before = [[Int]](repeating: [], count: boxes.count)
    var behind = before
    for route in routes {
      for (a, b) in zip(route, route.dropFirst()) {
        behind[a].append(b)
        before[b].append(a)
      }
    }
    var position = [Double](repeating: 0, count: boxes.count)
    func note(_ layer: [Int]) {
      for (index, box) in layer.enumerated() { position[box] = Double(index) / Double(max(1, layer.count - 1)) }
    }
    for layer in layers { note(layer) }
    for sweep in 0..<8 {
      let numbers = sweep % 2 == 0 ? Array(layers.indices) : layers.indices.reversed()
      for number in numbers {
        let neighbours = sweep % 2 == 0 ? before : behind
        let wanted = layers[number].map { box -> Double in
          let all = neighbours[box]
          return all.isEmpty ? position[box] : all.reduce(0) { $0 + position[$1] } / Double(all.count)
        }
        // Equal ones stay in their order, or the picture would change from run to run.
        layers[number] = zip(layers[number].indices, layers[number])
          .sorted { (wanted[$0.0], $0.0) < (wanted[$1.0], $1.0) }.map(\.1)
        note(layers[number])
      }
    }
  }

  private mutating func place(_ layers: [[Int]]) {
    let heights = layers.map { layer in
      layer.reduce(0) { $0 + boxes[$1].height } + Self.gap.down * Double(max(0, layer.count - 1))
    }
    let tallest = heights.max() ?? 0
    var x = Self.margin
    for (number, layer) in layers.enumerated() {
      let widest = layer.map { boxes[$0].width }.max() ?? 0
      var y = Self.margin + (tallest - heights[number]) / 2
      for box in layer {
        // A place of an arrow is as wide as its layer, so that the arrow is level there.
        boxes[box].x = x
        boxes[box].y = y
        if boxes[box].node == nil { boxes[box] = Box(node: nil, width: widest, height: 4, x: x, y: y) }
        y += boxes[box].height + Self.gap.down
      }
      x += widest + Self.gap.across
    }
    width = x - Self.gap.across + Self.margin
    height = tallest + 2 * Self.margin
  }
}
