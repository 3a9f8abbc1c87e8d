import Columns
import Diagnostics

extension ChainGraph {
  /// As a picture.
  package var svg: String {
    let lineHeight = 15.0, padding = 9.0
    let sizes = nodes.map { node -> (width: Double, height: Double) in
      let title = Self.width(node.title, size: 12, isBold: true)
      let widest = node.lines.map { Self.width($0, size: 11, isBold: false) }.max() ?? 0
      return (max(title, widest) + 2 * padding, Double(1 + node.lines.count) * lineHeight + 2 * padding - 2)
    }
    let numbers = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($0.element.id, $0.offset) })
    let layout = GraphLayout(
      sizes,
      edges: edges.compactMap { edge in
        numbers[edge.from].flatMap { from in numbers[edge.to].map { (from, $0) } }
      })
    func n(_ value: Double) -> String {
      let rounded = (value * 10).rounded() / 10
      return rounded == rounded.rounded() ? String(Int(saturating: rounded)) : "\(rounded)"
    }
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(n(layout.width))" height="\(n(layout.height))" \
      viewBox="0 0 \(n(layout.width)) \(n(layout.height))" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">
      <title>\(name.escapedForXML)</title>
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
      <path d="M0,0 L8,4 L0,8 z" fill="#666666"/></marker></defs>
      <rect width="100%" height="100%" fill="#ffffff"/>

      """
    for route in layout.routes {
      var path = ""
      for (a, b) in zip(route, route.dropFirst()).map({ (layout.boxes[$0], layout.boxes[$1]) }) {
        let (x0, y0) = (a.x + a.width, a.y + a.height / 2)
        let (x1, y1) = (b.x - (b.node == nil ? 0 : 1), b.y + b.height / 2)
        // Through the layer that is passed, level; between two layers a bow.
        if path.isEmpty { path = "M\(n(x0)),\(n(y0))" } else { path += " L\(n(x0)),\(n(y0))" }
        // A box that is narrower than its layer: the arrow is level until the layer ends.
        let middle = (max(x0, x1 - 64) + x1) / 2
        if x1 - 64 > x0 { path += " L\(n(x1 - 64)),\(n(y0))" }
        path += " C\(n(middle)),\(n(y0)) \(n(middle)),\(n(y1)) \(n(x1)),\(n(y1))"
      }
      text += "<path d=\"\(path)\" fill=\"none\" stroke=\"#888888\" marker-end=\"url(#arrow)\"/>\n"
    }
    for box in layout.boxes {
      guard let number = box.node else { continue }
      let node = nodes[number]
      let radius = node.kind == .source || node.kind == .sink ? 12 : 3
      text +=
        "<rect x=\"\(n(box.x))\" y=\"\(n(box.y))\" width=\"\(n(box.width))\" height=\"\(n(box.height))\" rx=\"\(radius)\" fill=\"\(node.kind.fill)\" stroke=\"\(node.kind.stroke)\"/>\n"
      for (index, line) in ([node.title] + node.lines).enumerated() {
        let weight = index == 0 ? " font-weight=\"bold\" font-size=\"12\"" : " font-size=\"11\""
        text +=
          "<text x=\"\(n(box.x + padding))\" y=\"\(n(box.y + padding + 10 + Double(index) * lineHeight))\"\(weight) fill=\"#222222\">\(line.escapedForXML)</text>\n"
      }
    }
    return text + "</svg>"
  }

  /// About how wide a text is; the font of the viewer decides.
  private static func width(_ text: String, size: Double, isBold: Bool) -> Double {
    let units = text.unicodeScalars.reduce(0.0) { sum, scalar in
      switch scalar {
      case "i", "j", "l", ".", ",", ":", ";", "|", "'", " ", "(", ")", "[", "]", "/": sum + 0.37
      case "m", "w", "M", "W", "%", "@", "…", "=", "+", "<", ">", "_": sum + 0.86
      case "A"..."Z": sum + 0.72
      default: sum + 0.64
      }
    }
    return units * size * (isBold ? 1.12 : 1)
  }
}
