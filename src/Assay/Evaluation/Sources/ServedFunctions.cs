// Tells which functions of source answer whoever is connected: their arguments are what others ask for.
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>Functions that a server calls with what a client sends. Frameworks differ, but all of them are told by a decorator with a path, or by a parameter that is the request.</summary>
internal static class ServedFunctions
{
    /// <summary>Whether a decorator says under which path a server calls a function.</summary>
    public static bool Is(SyntaxNode function)
    {
        if (function.Kind is not (SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef))
        {
            return false;
        }

        foreach (SyntaxNode decorator in function.List(DecoratorList))
        {
            if (decorator.Kind is SyntaxKind.Call && decorator[Func].Kind is SyntaxKind.Attribute && decorator.List(Args) is { Count: > 0 } given
                && given[0] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } && ConstantValue.Text(given[0]).StartsWith('/'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a class is one of which a server makes an object for each client, or calls a method with what a client sends: that is how frameworks call their bases.</summary>
    public static bool IsServed(DefinedClass? kind) => kind?.Foreign is { } foreign && IsServedBase(foreign.Path);

    /// <summary>Whether a base has the name of such a class.</summary>
    public static bool IsServedBase(string name) => name.EndsWith("RequestHandler", StringComparison.Ordinal) || name.EndsWith("Protocol", StringComparison.Ordinal) || name.EndsWith("Servicer", StringComparison.Ordinal) || name.EndsWith("WebSocketHandler", StringComparison.Ordinal);

    /// <summary>Whether an attribute of an object of such a class is what a client sends.</summary>
    public static bool IsRequest(DefinedObject served, string attribute) => attribute is "rfile" or "request" or "headers" or "path" or "connection" && IsServed(served.Class);

    /// <summary>Whether what gets a function calls it with what others send, by its name.</summary>
    public static bool IsServing(string callee) => callee[(callee.LastIndexOf('.') + 1)..] is var name
        && (name.Contains("serve", StringComparison.OrdinalIgnoreCase) || name.Contains("subscribe", StringComparison.OrdinalIgnoreCase) || name.Contains("consume", StringComparison.OrdinalIgnoreCase) || name.Contains("listen", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a parameter of a function is what somebody asks a server for, by its name or by what is said of its type.</summary>
    public static bool IsRequest(SyntaxNode function, string parameter)
    {
        if (parameter is "request" or "req" or "websocket")
        {
            return true;
        }

        if (function.Kind is not (SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef))
        {
            return false;
        }

        foreach (SyntaxNode one in function[Args].List(Args))
        {
            if (one.Name(Arg) == parameter && one[Annotation] is { IsNone: false } type)
            {
                string? name = type.Kind is SyntaxKind.Name ? type.Name(Id) : type.Kind is SyntaxKind.Attribute ? type.Name(Attr) : null;
                return name is "Request" or "WebSocket" or "HttpRequest" or "HTTPRequest";
            }
        }

        return false;
    }
}
