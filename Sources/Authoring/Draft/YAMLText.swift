/// Texts as YAML takes them.
enum YAMLText {
  /// A text as a scalar: as it stands where nothing in it means anything, else in double quotes.
  static func scalar(_ text: String, inFlow: Bool) -> String {
    let plain = text.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-./".unicodeScalars.contains(scalar)
    }
    let startsWell = text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "." || $0 == "/" || $0 == "_" }
    if plain, startsWell == true { return text }
    var quoted = "\""
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      // A variable of the environment is not meant.
      case "$" where index + 1 < scalars.count && scalars[index + 1] == "{": quoted += "$$"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\x\(digits.count < 2 ? "0" : "")\(digits)"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
