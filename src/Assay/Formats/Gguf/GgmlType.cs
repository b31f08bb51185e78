// The element types of ggml: how many elements share a block, and how many bytes a block has.
using Assay.Artifacts;

namespace Assay.Formats.Gguf;

/// <summary>An element type of ggml.</summary>
/// <param name="Name">The name.</param>
/// <param name="Block">How many elements share a block; rows are whole blocks.</param>
/// <param name="Bytes">The bytes of a block.</param>
/// <param name="Element">The type of the elements where a block is one of them, else null.</param>
internal sealed record GgmlType(string Name, int Block, int Bytes, ElementType? Element = null)
{
    /// <summary>Higher numbers are no type of any program known; forks of llama.cpp use some below.</summary>
    public const uint Highest = 512;

    /// <summary>Numbers from here on to those of forks, which begin at 96, belong to nobody.</summary>
    public const uint FirstUnused = 64;

    /// <summary>Forks number their own types from here on.</summary>
    public const uint FirstOfForks = 96;

    /// <summary>The type with a number (<c>enum ggml_type</c>), or null where it was removed, is a fork's own, or none.</summary>
    public static GgmlType? Of(uint number) => number switch
    {
        0 => new("F32", 1, 4, ElementType.F32),
        1 => new("F16", 1, 2, ElementType.F16),
        2 => new("Q4_0", 32, 18),
        3 => new("Q4_1", 32, 20),
        4 => new("Q4_2", 16, 10),
        5 => new("Q4_3", 16, 12),
        6 => new("Q5_0", 32, 22),
        7 => new("Q5_1", 32, 24),
        8 => new("Q8_0", 32, 34),
        9 => new("Q8_1", 32, 36),
        10 => new("Q2_K", 256, 84),
        11 => new("Q3_K", 256, 110),
        12 => new("Q4_K", 256, 144),
        13 => new("Q5_K", 256, 176),
        14 => new("Q6_K", 256, 210),
        15 => new("Q8_K", 256, 292),
        16 => new("IQ2_XXS", 256, 66),
        17 => new("IQ2_XS", 256, 74),
        18 => new("IQ3_XXS", 256, 98),
        19 => new("IQ1_S", 256, 50),
        20 => new("IQ4_NL", 32, 18),
        21 => new("IQ3_S", 256, 110),
        22 => new("IQ2_S", 256, 82),
        23 => new("IQ4_XS", 256, 136),
        24 => new("I8", 1, 1, ElementType.I8),
        25 => new("I16", 1, 2, ElementType.I16),
        26 => new("I32", 1, 4, ElementType.I32),
        27 => new("I64", 1, 8, ElementType.I64),
        28 => new("F64", 1, 8, ElementType.F64),
        29 => new("IQ1_M", 256, 56),
        30 => new("BF16", 1, 2, ElementType.BF16),
        31 or 32 or 33 => new("Q4_0_4_4", 32, 18),
        34 => new("TQ1_0", 256, 54),
        35 => new("TQ2_0", 256, 66),
        36 or 37 or 38 => new("IQ4_NL_4_4", 32, 18),
        39 => new("MXFP4", 32, 17),
        40 => new("NVFP4", 64, 36),
        41 => new("Q1_0", 128, 18),
        _ => null,
    };
}
