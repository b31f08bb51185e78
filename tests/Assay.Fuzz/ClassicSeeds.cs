// Seeds for the readers of boosted trees, R, Java objects and their like: files that the real programs wrote.
using System.IO.Compression;
using System.Text;

namespace Assay.Fuzz;

/// <summary>The small real files beside the tests of these formats, without the compression around them.</summary>
internal static class ClassicSeeds
{
    public static IEnumerable<byte[]> All()
    {
        foreach (string name in typeof(ClassicSeeds).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("classic/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using Stream stream = typeof(ClassicSeeds).Assembly.GetManifestResourceStream(name)!;
            using MemoryStream bytes = new();
            stream.CopyTo(bytes);
            yield return bytes.ToArray() is [0x1F, 0x8B, ..] ? Inflated(bytes.ToArray()) : bytes.ToArray();
        }

        yield return Encoding.UTF8.GetBytes("tree\nversion=v3\nmax_feature_idx=1\nfeature_names=a b\ntree_sizes=150\n\nTree=0\nnum_leaves=3\nnum_cat=1\nsplit_feature=1 0\nthreshold=0 3\ndecision_type=9 2\nleft_child=-1 -2\nright_child=1 -3\nleaf_value=1 2 3\ncat_boundaries=0 1\ncat_threshold=1\n\nend of trees\n");
        yield return Encoding.UTF8.GetBytes("{\"__class__\":\"X\",\"__module__\":\"os\",\"__loader__\":\"MethodNode\",\"content\":{\"func\":\"f\",\"obj\":{\"__class__\":\"X\",\"__module__\":\"os\",\"__loader__\":\"ObjectNode\"}}}");
        yield return Encoding.UTF8.GetBytes("<PMML version=\"4.4\"><DefineFunction name=\"f\"><Apply function=\"f\"/></DefineFunction><Extension name=\"x\">y</Extension></PMML>");
        yield return [.. "CBM1"u8, 48, 0, 0, 0, 16, 0, 0, 0, 12, 0, 12, 0, 4, 0, 0, 0, 8, 0, 0, 0, 12, 0, 0, 0, 8, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, (byte)'a', 0, 0, 0, .. new byte[12]];
        yield return [.. "ML\0MODEL"u8, .. new byte[8], 0, 1, 0, 0, .. new byte[116], 8, 1, 0, 0, 0, 0, 0, 0, .. new byte[120], .. "LEDOM\0LM"u8];
    }

    private static byte[] Inflated(byte[] packed)
    {
        using GZipStream stream = new(new MemoryStream(packed), CompressionMode.Decompress);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
