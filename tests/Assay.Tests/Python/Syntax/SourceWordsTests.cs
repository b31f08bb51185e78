// The words of source, whole and broken.
using Assay.Python.Syntax;

namespace Assay.Tests.Python.Syntax;

public sealed class SourceWordsTests
{
    [Theory]
    [InlineData("os.system('id')", "os system", "id")]
    [InlineData("x = 'a' 'b' + 'c', 'd'", "x", "abc|d")]
    [InlineData("b'\\x41' rb'\\x41'", "", "A\\x41")]
    [InlineData("f'a{run(\"b\")}c'", "run", "b|a{run(\"b\")}c")]
    [InlineData("𝗲xec('x')", "exec", "x")]
    [InlineData("# 'no' \n1", "", "")]
    [InlineData("print 'a", "print", "a")]
    [InlineData("x = ('a',\nimport os", "x import os", "a")]
    [InlineData("'\\xq'", "", "\\xq")]
    [InlineData("'\\u00e4'", "", "ä")]
    public void NamesAndLiteralsAreFound(string source, string names, string literals)
    {
        SourceWords words = SourceWords.Of(source);
        Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), words.Names.Order());
        Assert.Equal(literals.Length == 0 ? [] : literals.Split('|'), words.Literals);
    }
}
