// The digest is that of the platform, for every way in which the end of a text can fall into blocks.
using System.Security.Cryptography;
using Assay.Bytes;

namespace Assay.Tests.Bytes;

public sealed class Sha256Tests
{
    [Fact]
    public void EveryLengthUpToFiveBlocksIsThePlatformsDigest()
    {
        byte[] bytes = new byte[5 * 64];
        new Random(7).NextBytes(bytes);
        byte[] here = new byte[Sha256.Length];
        for (int length = 0; length <= bytes.Length; length++)
        {
            Sha256.WriteHere(bytes.AsSpan(0, length), here);

            Assert.Equal(SHA256.HashData(bytes.AsSpan(0, length)), here);
        }
    }

    [Fact]
    public void MoreThanIsDigestedHereIsThePlatformsDigest()
    {
        byte[] bytes = new byte[3 << 20];
        new Random(8).NextBytes(bytes);
        byte[] here = new byte[Sha256.Length];
        Sha256.WriteHere(bytes, here);

        Assert.Equal(SHA256.HashData(bytes), here);
        Assert.Equal(here, Sha256.Of(bytes));
        Assert.Equal(Convert.ToHexStringLower(here), Sha256.HexOf(bytes));
    }
}
