// Several ranges in one answer, whole and broken.
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Assay.Hub.Reading;

namespace Assay.Hub.Tests.Reading;

public sealed class MultipartRangesTests
{
    private const string Boundary = "b";
    private static readonly byte[] s_file = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];

    private static byte[] Body(params (int From, int To, int Total)[] parts)
    {
        using MemoryStream body = new();
        foreach ((int from, int to, int total) in parts)
        {
            body.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\r\n--b\r\nContent-Range: bytes {from}-{to}/{total}\r\n\r\n")));
            body.Write(s_file.AsSpan(from, to - from + 1));
        }

        body.Write("\r\n--b--\r\n"u8);
        return body.ToArray();
    }

    private static (long From, byte[] Bytes)[] Wanted => [(0, new byte[10]), (90, new byte[10])];

    [Fact]
    public void PartsAreTakenInWhateverOrderTheyCome()
    {
        (long From, byte[] Bytes)[] wanted = Wanted;
        Assert.True(MultipartRanges.TryRead(Body((90, 99, 100), (0, 9, 100)), Boundary, 100, wanted, out long? other));
        Assert.Null(other);
        Assert.Equal(s_file[..10], wanted[0].Bytes);
        Assert.Equal(s_file[90..], wanted[1].Bytes);
    }

    [Fact]
    public void AnotherSizeIsTold()
    {
        Assert.False(MultipartRanges.TryRead(Body((0, 9, 101), (90, 99, 101)), Boundary, 100, Wanted, out long? other));
        Assert.Equal(101, other);
    }

    [Fact]
    public void PartsThatAreMissingOrOthersAreNone()
    {
        Assert.False(MultipartRanges.TryRead(Body((0, 9, 100)), Boundary, 100, Wanted, out _));
        Assert.False(MultipartRanges.TryRead(Body((0, 9, 100), (0, 9, 100)), Boundary, 100, Wanted, out _));
        Assert.False(MultipartRanges.TryRead(Body((0, 8, 100), (90, 99, 100)), Boundary, 100, Wanted, out _));
        Assert.False(MultipartRanges.TryRead("--b\r\nContent-Range: bytes 9-0/100\r\n\r\n"u8, Boundary, 100, Wanted, out _));
        Assert.False(MultipartRanges.TryRead("--b\r\nContent-Range: bytes 0-9223372036854775807/100\r\n\r\n"u8, Boundary, 100, Wanted, out _));
    }

    [Fact]
    public void ABodyThatIsCutAnywhereIsNone()
    {
        byte[] body = Body((0, 9, 100), (90, 99, 100));
        int end = body.Length - "\r\n--b--\r\n".Length;
        Assert.All(Enumerable.Range(0, end), length => Assert.False(MultipartRanges.TryRead(body.AsSpan(0, length), Boundary, 100, Wanted, out _)));
        Assert.True(MultipartRanges.TryRead(body, Boundary, 100, Wanted, out _));
    }

    [Theory]
    [InlineData("multipart/byteranges; boundary=x", "x")]
    [InlineData("multipart/byteranges; boundary=\"x y\"", "x y")]
    [InlineData("multipart/byteranges", null)]
    [InlineData("text/plain; boundary=x", null)]
    public void TheBoundaryIsFound(string type, string? boundary) => Assert.Equal(boundary, MultipartRanges.Boundary(MediaTypeHeaderValue.Parse(type)));
}
