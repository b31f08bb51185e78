// One rule pack: its name, what it says, and the digest of its text.
using System.Security.Cryptography;
using System.Text;

namespace Assay.Detection.Packs;

/// <summary>One rule pack.</summary>
/// <param name="Name">Its name as the host gives it.</param>
/// <param name="Content">What it says.</param>
/// <param name="Digest">The SHA-256 of its text in UTF-8.</param>
internal sealed record RulePack(string Name, PackNode Content, byte[] Digest)
{
    /// <summary>Reads the YAML of a pack.</summary>
    /// <exception cref="RulePackException">It is malformed.</exception>
    public static RulePack Parse(string name, string text) => new(name, PackYaml.Read(name, text), SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The SHA-256 of packs in their order, in lower-case hex. The folder of a pack is not part of it.</summary>
    public static string DigestOf(IEnumerable<RulePack> packs)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (RulePack pack in packs)
        {
            // The length keeps two splits of the same characters apart.
            byte[] title = Encoding.UTF8.GetBytes(pack.Name[(pack.Name.LastIndexOfAny(['/', '\\']) + 1)..]);
            hash.AppendData(BitConverter.GetBytes(title.Length));
            hash.AppendData(title);
            hash.AppendData(pack.Digest);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
