// Undoes a filter over a stream.
namespace Assay.Codecs;

/// <summary>Undoes a filter over a stream.</summary>
internal sealed class FilterStream(Stream input, IFilter filter) : ForwardStream
{
    private readonly byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _final;
    private int _end;
    private bool _dry;

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (_start == _final && !(_dry && _final == _end))
        {
            Fill();
        }

        int given = Math.Min(count, _final - _start);
        _buffer.AsSpan(_start, given).CopyTo(buffer.AsSpan(offset));
        _start += given;
        return given;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        _buffer.AsSpan(_final, _end - _final).CopyTo(_buffer);
        _end -= _final;
        _start = _final = 0;
        int got = input.Read(_buffer, _end, _buffer.Length - _end);
        _dry |= got <= 0;
        _end += Math.Max(0, got);
        _final = filter.Undo(_buffer.AsSpan(0, _end), _dry);
    }
}
