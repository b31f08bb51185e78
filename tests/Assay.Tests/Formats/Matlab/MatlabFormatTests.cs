// MATLAB files that SciPy writes, and what they hold besides numbers.
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Matlab;

public sealed class MatlabFormatTests
{
    private const string Script = """
        import io, sys, base64
        import numpy as np
        import scipy.io as s
        for packed in (False, True):
            f = io.BytesIO()
            s.savemat(f, {'w': np.arange(12.).reshape(3, 4), 'i': np.array([[1, 70000]], 'i4'), 'text': 'some words', 'b': np.array([[True, False]]), 'z': np.array([[1 + 2j]]),
                'cell': np.array([np.ones(3), 'x'], dtype=object), 'struct': {'a': 1.5, 'inner': {'b': np.zeros((2, 2), 'f4')}}}, do_compression=packed)
            print(base64.b64encode(f.getvalue()).decode())
        """;

    [Fact]
    public void WhatSciPyWritesPassesAndItsArraysAreTensors()
    {
        foreach (byte[] file in Written())
        {
            TargetReport report = Scans.Of(file, "data.mat");
            Assert.True(report.Verdict == Verdict.Passed, report.Describe());
            report.AssertComplete();
            using TensorMap map = WeightFiles.Read(file);
            StoredTensor matrix = map.Tensors.Single(t => t.Name == "w");
            Assert.Equal([3L, 4L], matrix.View.Shape);
            byte[] expected = [.. Enumerable.Range(0, 12).SelectMany(i => BitConverter.GetBytes((double)i))];
            Assert.Equal(expected, WeightFiles.Elements(map, "w"));
            Assert.Contains(map.Tensors, t => t.Name == "struct.inner.b");
        }
    }

    [Fact]
    public void AVariableThatIsLongerThanTheFileIsSuspicious()
    {
        byte[] file = [.. Written()[0], .. Scans.Canary];
        Assert.True(Scans.Of(file, "data.mat").Verdict >= Verdict.Suspicious);
    }

    [Fact]
    public void AFileCutAnywhereIsNeverPassed()
    {
        byte[] file = Written()[1];
        for (int length = 140; length < file.Length - 1; length += 7)
        {
            TargetReport report = Scans.Of(file[..length], "data.mat");
            Assert.True(report.Verdict != Verdict.Passed || Ends(file, length), $"{length} {report.Describe()}");
        }
    }

    [Fact]
    public void BytesThatLieAnywhereCostNoFault()
    {
        byte[] file = Written()[0];
        for (int at = 128; at < file.Length; at += 3)
        {
            byte[] forged = [.. file];
            forged[at] ^= 0xFF;
            Assert.DoesNotContain(Scans.Of(forged, "data.mat").Unread, u => u.Cause is UnreadCause.Fault);
        }
    }

    [Fact]
    public void AnObjectOfJavaIsFlagged()
    {
        // An array of the class 17, with the name of the variable, the kind of system and the class.
        byte[] body = [6, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, (byte)'x', 0, 0, 0, 1, 0, 4, 0, .. "java"u8, 1, 0, 4, 0, .. "Evil"u8];
        byte[] file = [.. "MATLAB 5.0 MAT-file"u8, .. new byte[105], 0, 1, (byte)'I', (byte)'M', 14, 0, 0, 0, (byte)body.Length, 0, 0, 0, .. body];
        Assert.True(Scans.Of(file, "x.mat").Is("matlab-java-object"));
    }

    /// <summary>Whether a variable ends there, so that the shorter file is whole.</summary>
    private static bool Ends(byte[] file, int length)
    {
        int at = 128;
        while (at < length)
            at += 8 + BitConverter.ToInt32(file, at + 4);

        return at == length;
    }

    private static byte[][] Written() => [.. CPython.Lines(Script, "", "scipy", "numpy").Select(Convert.FromBase64String)];
}
