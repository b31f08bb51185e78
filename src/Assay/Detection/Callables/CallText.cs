// Writes calls and values the way Python users read them, cut to a bounded length.
using System.Text;
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Writes calls and values for people. The text may hold anything that the file holds; reports escape it.</summary>
internal static class CallText
{
    private const int MaxText = 200;
    private const int MaxConstant = 120;
    private const int MaxDepth = 4;

    /// <summary><c>name(argument, ...)</c>, cut at about 200 characters.</summary>
    public static string Call(string name, IReadOnlyList<ValueShape> arguments)
    {
        StringBuilder text = new();
        text.Append(name.Length > MaxConstant ? name[..MaxConstant] + "..." : name).Append('(');
        List(text, arguments, 0);
        return Cut(text) + ")";
    }

    /// <summary>One value.</summary>
    public static string Value(ValueShape value)
    {
        StringBuilder text = new();
        Write(text, value, 0);
        return Cut(text);
    }

    private static string Cut(StringBuilder text) =>
        text.Length <= MaxText ? text.ToString() : text.ToString(0, MaxText) + "...";

    private static void List(StringBuilder text, IReadOnlyList<ValueShape> items, int depth)
    {
        for (int i = 0; i < items.Count && text.Length <= MaxText; i++)
        {
            if (i > 0)
                text.Append(", ");

            Write(text, items[i], depth);
        }
    }

    // The depth is bounded, so the recursion is.
    private static void Write(StringBuilder text, ValueShape value, int depth)
    {
        if (text.Length > MaxText)
            return;

        if (depth > MaxDepth)
        {
            text.Append("...");
            return;
        }

        switch (value.Kind)
        {
            case ShapeKind.Str:
                Quote(text, "", value);
                break;
            case ShapeKind.Bytes:
                Quote(text, "b", value);
                break;
            case ShapeKind.ByteArray:
                Quote(text.Append("bytearray("), "b", value);
                text.Append(')');
                break;
            case ShapeKind.Tuple:
                Items(text, "(", value, depth, value.Items.Count == 1 && !value.Elided ? ",)" : ")");
                break;
            case ShapeKind.List:
                Items(text, "[", value, depth, "]");
                break;
            case ShapeKind.Set or ShapeKind.FrozenSet:
                Items(text, "{", value, depth, "}");
                break;
            case ShapeKind.Dict:
                Pairs(text, value, depth);
                break;
            case ShapeKind.Import:
                text.Append(value.Text);
                break;
            case ShapeKind.Result or ShapeKind.Instance:
                Items(text.Append(value.Text), "(", value, depth, ")");
                break;
            case ShapeKind.Persistent:
                Items(text.Append("persistent"), "(", value, depth, ")");
                break;
            case ShapeKind.Extension:
                text.Append("extension(").Append(value.Text).Append(')');
                break;
            case ShapeKind.None:
                text.Append("None");
                break;
            case ShapeKind.Buffer:
                text.Append("<buffer>");
                break;
            case ShapeKind.Unknown:
                text.Append('?');
                break;
            default:
                text.Append(value.Text);
                break;
        }
    }

    private static void Quote(StringBuilder text, string prefix, ValueShape value)
    {
        text.Append(prefix).Append('\'').Append(value.Text, 0, Math.Min(value.Text.Length, MaxConstant)).Append('\'');
        if (value.Text.Length > MaxConstant || value.Elided)
            text.Append("...");
    }

    private static void Items(StringBuilder text, string open, ValueShape value, int depth, string close)
    {
        text.Append(open);
        List(text, value.Items, depth + 1);
        text.Append(value.Elided ? ", ..." + close : close);
    }

    private static void Pairs(StringBuilder text, ValueShape value, int depth)
    {
        text.Append('{');
        for (int i = 0; i + 1 < value.Items.Count && text.Length <= MaxText; i += 2)
        {
            if (i > 0)
                text.Append(", ");

            Write(text, value.Items[i], depth + 1);
            text.Append(": ");
            Write(text, value.Items[i + 1], depth + 1);
        }

        text.Append(value.Elided ? ", ...}" : "}");
    }
}
