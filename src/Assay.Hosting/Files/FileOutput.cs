// Converted files in a folder: under temporary names until all are whole.
using Assay.Bytes;
using Assay.Conversion;
using Microsoft.Win32.SafeHandles;

namespace Assay.Hosting.Files;

/// <summary>
/// Converted files in <paramref name="folder"/>, which is there already. They lie beside their targets under temporary names and are renamed at the
/// end, so a failure leaves nothing behind; what is there under a target's name is replaced only with <paramref name="replace"/>.
/// </summary>
public sealed class FileOutput(string folder, bool replace) : ConversionOutput
{
    private const long EarlyStep = 32 << 20;
    private readonly List<OutputFile> _files = [];
    private bool _swept;

    /// <inheritdoc/>
    public override ConversionFile Create(string name, long length)
    {
        // Names come from the command line and from numbers; nothing of a file's content gets here.
        if (!_swept)
        {
            _swept = true;
            AbandonedOutput.Sweep(folder);
        }

        string target = Path.Join(folder, Path.GetFileName(name));
        OutputFile file = Guard(target, () => new OutputFile(AbandonedOutput.NewName(folder), target));
        _files.Add(file);
        return file;
    }

    /// <inheritdoc/>
    public override void Commit()
    {
        // The last file made is the index: whoever sees it sees what it names.
        int done = 0;
        try
        {
            foreach (OutputFile file in _files)
            {
                file.Close();
                Guard(file.Target, () => File.Move(file.Temporary, file.Target, replace));
                done++;
            }
        }
        catch (ScanStopException)
        {
            foreach (OutputFile file in _files.Take(replace ? 0 : done))
            {
                File.Delete(file.Target);
            }

            throw;
        }

        _files.Clear();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (OutputFile file in _files)
        {
            file.Close();
            File.Delete(file.Temporary);
        }

        _files.Clear();
        base.Dispose(disposing);
    }

    internal static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScanStopException(StopReason.InputOutput, $"{path} cannot be written: {FileFault.Of(e)}.");
        }
    }

    internal static void Guard(string path, Action work) => Guard(path, () =>
    {
        work();
        return true;
    });

    private sealed class OutputFile(string temporary, string target) : ConversionFile
    {
        private readonly SafeFileHandle _handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        private long _length;
        private long _begun;
        private Task _early = Task.CompletedTask;

        public string Temporary => temporary;

        public string Target => target;

        public override void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                RandomAccess.Write(_handle, bytes, _length);
                _length += bytes.Length;
                if (_length - _begun >= EarlyStep && _early.IsCompleted)
                {
                    // The disk works while further bytes are read: at the end little is left to wait for. A failure comes again then.
                    _begun = _length;
                    _early = Task.Run(() => RandomAccess.FlushToDisk(_handle));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ScanStopException(StopReason.InputOutput, $"{target} cannot be written: {FileFault.Of(e)}.");
            }
        }

        public override void Flush() => Guard(target, () =>
        {
            Wait();
            RandomAccess.FlushToDisk(_handle);
        });

        public override ByteSource OpenRead() => FileOpening.Open(temporary);

        public void Close()
        {
            try
            {
                Wait();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Whoever must know whether the bytes are on the disk has asked by Flush.
            }

            _handle.Dispose();
        }

        private void Wait()
        {
            Task early = _early;
            _early = Task.CompletedTask;
            early.GetAwaiter().GetResult();
        }
    }
}
