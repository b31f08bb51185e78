// The facts of many inputs as lines of JSON.
using System.Buffers;
using System.Text.Json;
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>
/// Writes the facts of many inputs, one line each, as they come; a first line says who writes, and a last one how many there were, so that a file that
/// was cut does not pass for a whole one.
/// </summary>
public sealed class FactFileWriter
{
    private readonly Stream _stream;
    private long _inputs;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Where to write; the caller closes it.</param>
    /// <param name="version">The version of Assay.</param>
    /// <param name="limits">The limits in force.</param>
    public FactFileWriter(Stream stream, string version, ScanLimits limits)
    {
        _stream = stream;
        Line(new FactLine { Run = new FactRun { Schema = FactSet.CurrentSchema, Version = version, Limits = limits } });
    }

    /// <summary>Writes the facts of one input.</summary>
    public void Write(FactSet facts)
    {
        _inputs++;
        Line(new FactLine { Input = facts });
    }

    /// <summary>Ends the file.</summary>
    /// <param name="ignored">How many files were left aside because they are no models.</param>
    public void End(long ignored)
    {
        Line(new FactLine { End = new FactEnd { Inputs = _inputs, Ignored = ignored } });
        _stream.Flush();
    }

    private void Line(FactLine line)
    {
        JsonSerializer.Serialize(_stream, line, FactJsonContext.Default.FactLine);
        _stream.WriteByte((byte)'\n');
    }
}

/// <summary>Reads what <see cref="FactFileWriter"/> wrote, input by input.</summary>
public sealed class FactFileReader
{
    private const int LongestLine = 1 << 30;
    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _at;
    private int _filled;
    private long _line;
    private long _inputs;

    /// <summary>Begins to read.</summary>
    /// <exception cref="MalformedException">The file does not begin as a file of facts does, or was written in another schema.</exception>
    public FactFileReader(Stream stream)
    {
        _stream = stream;
        FactRun? run = Next()?.Run;
        if (run is null || run.Schema != FactSet.CurrentSchema)
        {
            throw Broken(run is null ? "this is no file of facts." : $"the facts have the schema '{run.Schema}', and this version reads '{FactSet.CurrentSchema}'.");
        }

        Limits = run.Limits;
        Version = run.Version;
    }

    /// <summary>The version of Assay that wrote the file.</summary>
    public string Version { get; }

    /// <summary>The limits that were in force.</summary>
    public ScanLimits Limits { get; }

    /// <summary>How many files were left aside; known when the last input was read.</summary>
    public long Ignored { get; private set; }

    /// <summary>The inputs, read as they are asked for.</summary>
    /// <exception cref="MalformedException">A line is broken, or the file ends before its last line.</exception>
    public IEnumerable<FactSet> Inputs()
    {
        while (Next() is { } line)
        {
            if (line.End is { } end)
            {
                Ignored = end.Inputs == _inputs ? end.Ignored : throw Broken($"{end.Inputs} inputs are announced, and there are {_inputs}.");
                if (Next() is not null)
                {
                    throw Broken("more follows behind the last line.");
                }

                yield break;
            }

            _inputs++;
            yield return line.Input ?? throw Broken("this is neither an input nor the end.");
        }

        throw Broken("the file ends before its last line: it was cut.");
    }

    private FactLine? Next()
    {
        ReadOnlyMemory<byte> line = ReadLine();
        if (line.IsEmpty)
        {
            return null;
        }

        try
        {
            FactLine read = FactJson.Parse(line.Span, FactJsonContext.Default.FactLine);
            if (read.Input is not null)
            {
                FactJson.Checked(read.Input);
            }

            return read;
        }
        catch (JsonException e)
        {
            throw Broken(e.Message);
        }
    }

    /// <summary>The next line without its end; empty at the end of the file.</summary>
    private ReadOnlyMemory<byte> ReadLine()
    {
        _line++;
        ArrayBufferWriter<byte> line = new();
        while (true)
        {
            if (_at == _filled)
            {
                _filled = _stream.Read(_buffer);
                _at = 0;
                if (_filled == 0)
                {
                    return line.WrittenMemory;
                }
            }

            ReadOnlySpan<byte> rest = _buffer.AsSpan(_at, _filled - _at);
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end < 0 ? rest : rest[..end];
            if (line.WrittenCount + part.Length > LongestLine)
            {
                throw Broken("the line is too long.");
            }

            line.Write(part);
            _at += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0)
            {
                return line.WrittenCount == 0 ? throw Broken("the line is empty.") : line.WrittenMemory;
            }
        }
    }

    private MalformedException Broken(string what) => new(_line, $"Line {_line}: {what}");
}
