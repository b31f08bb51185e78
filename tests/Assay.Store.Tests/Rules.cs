// Rules that tests judge by.
namespace Assay.Store.Tests;

internal static class Rules
{
    /// <summary>Every pickle is suspicious.</summary>
    public const string Pickles = """
        rules:
        - id: own-pickle
          title: A pickle
          severity: medium
          confidence: high
          when: {format: pickle}
          why: "The house takes no pickles."
          fix: "Convert it."
          examples:
            hit: [{format: pickle}]
            pass: [{format: zip}]
        """;
}
