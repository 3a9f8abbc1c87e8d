import Testing

@testable import S3

/// What stores say.
@Suite struct AnswerTests {
  private func page(_ inner: String) -> ListingPage? {
    ListingPage(Array("<ListBucketResult>\(inner)</ListBucketResult>".utf8), bucket: "hits")
  }

  private func entry(_ key: String, _ size: String = "1", _ more: String = "") -> String {
    "<Contents><Key>\(key)</Key><Size>\(size)</Size>\(more)</Contents>"
  }

  @Test func aListing() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <s:ListBucketResult xmlns:s="http://s3.amazonaws.com/doc/2006-03-01/"><!-- one --><s:Name>hits</s:Name>
        <s:EncodingType>url</s:EncodingType><s:IsTruncated>true</s:IsTruncated>
        <s:NextContinuationToken>1/&lt;a+b==&gt;&#x41;</s:NextContinuationToken>
        <s:Contents><s:Key>a%2Fb+c%2B%C3%BC</s:Key><s:Size> 12 </s:Size><s:ETag>&quot;d41d&quot;</s:ETag>
          <s:LastModified>2026-11-22T10:00:00.5Z</s:LastModified><s:Owner><s:ID>x</s:ID></s:Owner></s:Contents>
      </s:ListBucketResult>
      """
    let page = try #require(ListingPage(Array(text.utf8), bucket: "hits"))
    #expect(page.continuation == "1/<a+b==>A")
    #expect(
      page.objects == [
        S3Object(bucket: "hits", key: "a/b c+ü", size: 12, tag: "d41d", modified: "2026-11-22T10:00:00.500000000")
      ])
  }

  @Test func namesThatAreNotEncodedAreTakenAsTheyAre() {
    #expect(page(entry("a+b%41"))?.objects.first?.key == "a+b%41")
    #expect(
      page("<IsTruncated>false</IsTruncated>" + entry("&#xFC;&amp;<![CDATA[<x>]]>"))?.objects.first?.key == "ü&<x>")
  }

  @Test(arguments: [
    "", "<a/>", "<ListBucketResult>", "<ListBucketResult></ListBucketResult><x/>", "no xml",
    "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key></Key><Size>1</Size></Contents></ListBucketResult>",
    "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%F</Key><Size>1</Size></Contents></ListBucketResult>",
    "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%FF</Key><Size>1</Size></Contents></ListBucketResult>",
    "<ListBucketResult>&unknown;</ListBucketResult>",
    String(repeating: "<a>", count: 1000) + String(repeating: "</a>", count: 1000),
  ]) func noListing(text: String) {
    #expect(ListingPage(Array(text.utf8), bucket: "hits") == nil)
  }

  @Test func entitiesThatGrowAreRefused() {
    var text = "<!DOCTYPE x [<!ENTITY a0 \"aaaaaaaaaaaaaaaaaaaa\">"
    for level in 1..<12 { text += "<!ENTITY a\(level) \"\(String(repeating: "&a\(level - 1);", count: 10))\">" }
    #expect(XMLElement.parse(Array((text + "]><x>&a11;</x>").utf8)) == nil)
  }

  @Test func everyPieceOfAListingIsNoneOrWhole() {
    let text = Array("<ListBucketResult><IsTruncated>false</IsTruncated>\(entry("a", "1"))</ListBucketResult>".utf8)
    for end in 0..<text.count { #expect(ListingPage(Array(text[..<end]), bucket: "hits") == nil) }
  }

  @Test(
    arguments: [
      ("\"a\"", "a"), ("W/\"a\"", "a"), (" \"a-2\" ", "a-2"), ("a", "a"), ("\"\"", nil), ("", nil), ("\"", "\""),
      (nil, nil),
    ] as [(String?, String?)]) func tags(text: String?, tag: String?)
  {
    #expect(entityTag(text) == tag)
  }

  private func attempt() throws -> S3Attempt {
    let variables = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "topsecret"]
    let access = try S3Access(
      S3Settings(), bucket: "hits", environment: S3Environment(variable: { variables[$0] }, file: { _ in nil }))
    return S3Attempt(action: .list, name: "s3://hits/", bucket: "hits", access: access)
  }

  @Test func whatAServerSaysCannotHarmATerminalNorShowASecret() throws {
    let body =
      "<Error><Code>X\u{9B}Y</Code><Message>line\nline topsecret\u{202E}\u{7F}\(String(repeating: "m", count: 999))</Message></Error>"
    let error = try attempt().error(Refusal(status: 400, fields: [:], body: Array(body.utf8)))
    #expect(error.description.contains("the store says XY (line line ***mmm"))
    #expect(error.description.utf8.count < 600)
    #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
  }

  @Test func whatMayGoWellLater() {
    for status in [408, 429, 500, 502, 503, 504] { #expect(Refusal(status: status, fields: [:], body: []).isPassing) }
    for status in [301, 400, 401, 403, 404, 412, 416] {
      #expect(!Refusal(status: status, fields: [:], body: []).isPassing)
    }
    let slow = Refusal(status: 400, fields: [:], body: Array("<Error><Code>RequestTimeout</Code></Error>".utf8))
    #expect(slow.isPassing)
  }

  @Test func patienceGrowsAndEnds() throws {
    var patience = Patience(limit: 10)
    var now = 100.0
    var pauses: [Double] = []
    while let pause = patience.wait(now: now, atLeast: nil) {
      pauses.append(pause)
      now += pause
      try #require(pauses.count < 100)
    }
    #expect(now >= 110 - 1e-9 && now < 110.001)
    #expect(pauses[0] <= 0.2 && pauses.allSatisfy { $0 <= 5 })
    patience.worked()
    #expect(patience.wait(now: now, atLeast: 3) ?? 0 >= 3)
    var none = Patience(limit: 0)
    #expect(none.wait(now: 0, atLeast: nil) == nil)
  }
}
