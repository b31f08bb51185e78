// Compares what is written with what was looked at and agreed to.
namespace Assay.Tests.Reports;

/// <summary>
/// A file under Golden. To agree to a change, run the tests with ASSAY_ACCEPT=golden (or ASSAY_ACCEPT_GOLDEN=1) and read the
/// difference before you commit it.
/// </summary>
internal static class GoldenFile
{
    /// <summary>The root of the repository.</summary>
    public static string Root
    {
        get
        {
            string? at = AppContext.BaseDirectory;
            while (at is not null && !File.Exists(Path.Join(at, "Assay.slnx")))
            {
                at = Path.GetDirectoryName(at);
            }

            return at ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }
    }

    public static void Matches(string name, string text) => Matches("Reports", name, text);

    /// <summary>Compares with a file under the Golden folder of <paramref name="room"/>.</summary>
    public static void Matches(string room, string name, string text)
    {
        string path = Path.Join(Root, "tests", "Assay.Tests", room, "Golden", name);
        if (Environment.GetEnvironmentVariable("ASSAY_ACCEPT_GOLDEN") == "1" || Environment.GetEnvironmentVariable("ASSAY_ACCEPT") == "golden")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
