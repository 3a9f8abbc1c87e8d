import ChainBuilding
import Expressions
import Specifications
import Testing

/// The lists of kinds that a pipeline can name.
struct RegistryTests {
  @Test func `Every group function that expressions know has its component`() {
    let functions = GroupFunctionComponent.all.map(\.specification.name)
    #expect(Set(functions) == Set(GroupFunction.allCases.map(\.rawValue)))
    #expect(Set(functions).count == functions.count)
  }

  @Test func `No two kinds of histograms have the same first key`() {
    let keys = HistogramComponent.all.map { $0.specification.keys[0].name }
    #expect(keys == ["of", "profile", "plot", "count"])
  }
}
