// Whether a text can be the name of something in Python code.
namespace Assay.Python.Names;

/// <summary>Whether a text can be the name of something in Python code.</summary>
internal static class DottedName
{
    /// <summary>Whether the text is an identifier, or several with dots between them.</summary>
    public static bool IsPlausible(string text)
    {
        if (text.Length is 0 or > 256)
        {
            return false;
        }

        bool start = true;
        foreach (char c in text)
        {
            if (c == '.')
            {
                if (start)
                {
                    return false;
                }

                start = true;
                continue;
            }

            if (!(c == '_' || char.IsLetter(c) || (!start && char.IsDigit(c)) || c is '<' or '>'))
            {
                return false;
            }

            start = false;
        }

        return !start;
    }
}
