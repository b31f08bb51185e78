// Objects of Python that readers of JSON make: jsonpickle's tags, and pickles as text.
using System.Buffers.Text;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Configuration;

/// <summary>
/// jsonpickle writes objects as maps with keys that begin with <c>py/</c>, and its decoder imports and calls what they name; others keep whole pickles as text in base 64, which somebody decodes to load them (Spark's user-defined
/// types, Stable Baselines). Specification: <c>jsonpickle/tags.py</c> and <c>unpickler.py</c>.
/// </summary>
internal sealed partial class ConfigurationWalk
{
    private const string Tags = "py/";
    private const int ShortestPickle = 16;
    private const int LongestPickle = 8 << 20;
    private const int MostPickles = 64;
    private int _pickles;

    /// <summary>A text below a key, which may be a tag.</summary>
    private void Pickled(string key, ScalarValue value)
    {
        if (key.StartsWith(Tags, StringComparison.Ordinal) && value.Text.Length is > 0 and <= LongestValue)
        {
            bool isFirst = _open is [.., { IsMap: false, Index: <= 0 }, { IsMap: true }] && Inside("py/reduce");
            CallableUse? use = key switch
            {
                "py/function" or "py/type" or "py/class" => isFirst ? CallableUse.Called : CallableUse.Imported,
                "py/object" => CallableUse.Constructed,
                "py/repr" => CallableUse.Called,
                _ => null,
            };
            string name = key is "py/repr" ? value.Text.Replace('/', '.') : value.Text;
            if (use is { } how && name.Contains('.', StringComparison.Ordinal) && !name.StartsWith("__main__.", StringComparison.Ordinal))
            {
                Made(name, how, [], value.Offset);
            }
        }

        // The head of a pickle of protocol 2 to 5 in base 64.
        if (value.Text.Length is >= ShortestPickle and <= LongestPickle && value.Text.StartsWith("gA", StringComparison.Ordinal) && value.Text[2] is >= 'I' and <= 'X'
            && _pickles < MostPickles && !value.IsCut)
        {
            context.Budget.SpendWork(2L * value.Text.Length, value.Offset);
            byte[] text = Encoding.UTF8.GetBytes(value.Text);
            byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
            if (Base64.DecodeFromUtf8(text, bytes, out _, out int written) is System.Buffers.OperationStatus.Done && written > 2 && bytes[0] == 0x80 && bytes[written - 1] == (byte)'.')
            {
                _pickles++;
                context.Submit(new Artifact($"pickle@0x{value.Offset:x}", new MemorySource(bytes.AsMemory(0, written)), context.Artifact) { MayBeOpaque = true });
            }
        }
    }
}
