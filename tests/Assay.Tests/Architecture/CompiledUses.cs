// Which types of the library use which, read from the compiled assembly.
using System.Reflection;
using System.Reflection.Emit;

namespace Assay.Tests.Architecture;

/// <summary>
/// The uses that a compiled type makes of other types: bases, members, locals, attributes, and every token in its code. Source
/// text would miss what inference hides.
/// </summary>
internal static class CompiledUses
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(o => o.Value & 0xFFFF);

    /// <summary>All types that <paramref name="type"/> uses, generic arguments and element types taken apart.</summary>
    public static IReadOnlySet<Type> Of(Type type)
    {
        HashSet<Type> uses = [];
        Add(uses, type.BaseType);
        Add(uses, type.GetInterfaces());
        Add(uses, type.GetCustomAttributesData());
        foreach (FieldInfo field in type.GetFields(Declared))
        {
            Add(uses, field.FieldType);
            Add(uses, field.GetCustomAttributesData());
        }

        foreach (MethodBase method in type.GetConstructors(Declared).Cast<MethodBase>().Concat(type.GetMethods(Declared)))
        {
            Add(uses, method.GetParameters().Select(p => p.ParameterType));
            Add(uses, (method as MethodInfo)?.ReturnType);
            Add(uses, method.GetCustomAttributesData());
            AddBody(uses, type, method);
        }

        return uses;
    }

    private static void AddBody(HashSet<Type> uses, Type type, MethodBase method)
    {
        MethodBody? body = method.GetMethodBody();
        byte[] code = body?.GetILAsByteArray() ?? [];
        Add(uses, body?.LocalVariables.Select(l => l.LocalType) ?? []);
        Type[] ofType = type.IsGenericType ? type.GetGenericArguments() : [];
        Type[] ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        int at = 0;
        while (at < code.Length)
        {
            int value = code[at++];
            OpCode op = OpCodesByValue[value == 0xFE ? 0xFE00 | code[at++] : value];
            switch (op.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    MemberInfo? member = type.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod);
                    Add(uses, member as Type ?? member?.DeclaringType);
                    Add(uses, (member as MethodInfo)?.GetGenericArguments() ?? []);
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                default:
                    at += Length(op.OperandType);
                    break;
            }
        }
    }

    private static int Length(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private static void Add(HashSet<Type> uses, IEnumerable<CustomAttributeData> attributes)
    {
        foreach (CustomAttributeData attribute in attributes)
        {
            Add(uses, attribute.AttributeType);
            Add(uses, attribute.ConstructorArguments.Select(a => a.Value as Type).OfType<Type>());
        }
    }

    private static void Add(HashSet<Type> uses, IEnumerable<Type> types)
    {
        foreach (Type type in types)
        {
            Add(uses, type);
        }
    }

    private static void Add(HashSet<Type> uses, Type? type)
    {
        while (type?.HasElementType == true)
        {
            type = type.GetElementType();
        }

        if (type is null || type.IsGenericParameter || !uses.Add(type))
        {
            return;
        }

        Add(uses, type.GetGenericArguments());
    }
}
