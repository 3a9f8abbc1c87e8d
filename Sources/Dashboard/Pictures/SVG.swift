import Columns
import Diagnostics

/// Writes a picture in SVG. Texts are escaped: what users name their plots is never markup.
struct SVG {
  private(set) var text: String

  init(width: Double, height: Double) {
    text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(width))" height="\(Self.number(height))" \
      viewBox="0 0 \(Self.number(width)) \(Self.number(height))" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">
      <rect width="100%" height="100%" fill="#ffffff"/>

      """
  }

  mutating func end() { text += "</svg>\n" }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, stroke: String? = nil
  ) {
    let edge = stroke.map { " stroke=\"\($0)\" stroke-width=\"1\"" } ?? ""
    text +=
      "<rect x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\" fill=\"\(fill)\"\(edge)/>\n"
  }

  mutating func line(_ points: [(x: Double, y: Double)], stroke: String, width: Double = 1) {
    guard !points.isEmpty else { return }
    let path = points.map { "\(n($0.x)),\(n($0.y))" }.joined(separator: " ")
    text += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(n(width))\"/>\n"
  }

  mutating func circle(_ x: Double, _ y: Double, radius: Double, fill: String) {
    text += "<circle cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(radius))\" fill=\"\(fill)\"/>\n"
  }

  enum Anchor: String {
    case start, middle, end
  }

  mutating func words(
    _ words: String, _ x: Double, _ y: Double, size: Double = 12, anchor: Anchor = .start, fill: String = "#222222",
    isBold: Bool = false, isUpright: Bool = false
  ) {
    let turn = isUpright ? " transform=\"rotate(-90 \(n(x)) \(n(y)))\"" : ""
    text +=
      "<text x=\"\(n(x))\" y=\"\(n(y))\" font-size=\"\(n(size))\" text-anchor=\"\(anchor.rawValue)\" fill=\"\(fill)\"\(isBold ? " font-weight=\"bold\"" : "")\(turn)>\(words.escapedForXML)</text>\n"
  }

  private func n(_ value: Double) -> String { Self.number(value) }

  /// A hundredth of a pixel is fine enough.
  private static func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int64(saturating: rounded)) : "\(rounded)"
  }
}
