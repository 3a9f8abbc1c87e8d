import Histograms
import Testing

@testable import Runtime

struct ComparedContentTests {
  @Test func `Tests of pipelines can compare every content that results can have`() {
    #expect(HistogramContents.all.allSatisfy { $0 is any ComparedContent.Type })
  }
}
