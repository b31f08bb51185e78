// Unpacks the files of a RAR archive once, in order.
using Assay.Bytes;
using Assay.Codecs;
using SharpCompress.Common;
using SharpCompress.Readers;
using SharpCompress.Readers.Rar;

namespace Assay.Containers.Rar;

/// <summary>Unpacks files front to back, as solid archives ask for.</summary>
internal static class RarUnpacker
{
    /// <summary>
    /// Hands each file's content to <paramref name="use"/>, by the number of the file among <paramref name="files"/>; the content is
    /// freed afterwards. A broken file is a value; after it the rest is given up, because unpacking cannot go on.
    /// </summary>
    public static void Unpack(
        ByteSource source, ByteRange window, IReadOnlyList<RarFile> files, ScanBudget budget, Scratch scratch, Action<int, InflatedSoFar> use)
    {
        SourceStream input = new(source, window, budget);
        int number = -1;
        try
        {
            using IReader reader = RarReader.OpenReader(input, new ReaderOptions { LeaveStreamOpen = true });
            while (reader.MoveToNextEntry())
            {
                budget.Poll();
                if (reader.Entry.IsDirectory)
                {
                    continue;
                }

                if (++number >= files.Count)
                {
                    return;
                }

                if (!Entry(reader, input, files[number], number, budget, scratch, use))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is not ScanStopException and not OutOfMemoryException)
        {
            if (input.Stop is not null)
            {
                throw input.Stop;
            }

            throw new MalformedException(window.Offset, "The RAR archive cannot be unpacked further.");
        }
    }

    private static bool Entry(
        IReader reader, SourceStream input, RarFile file, int number, ScanBudget budget, Scratch scratch, Action<int, InflatedSoFar> use)
    {
        using InflatedSink sink = new(budget, scratch, long.MaxValue);
        string? error = null;
        ScanStopException? stop = null;
        byte[] buffer = new byte[32 << 10];
        try
        {
            using EntryStream content = reader.OpenEntryStream();
            for (int got; (got = content.Read(buffer, 0, buffer.Length)) > 0;)
            {
                sink.Write(buffer.AsSpan(0, got));
            }
        }
        catch (ScanStopException e)
        {
            stop = e;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            stop = input.Stop;
            error = "The packed data are broken.";
        }

        use(number, new InflatedSoFar(new Inflated(sink.Finish(), file.PackedSize, error, input.RanDry), stop, false));
        return error is null && stop is null;
    }
}
