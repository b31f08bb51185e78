// Folds names that are one name to some file systems into one key.
using System.Text;

namespace Assay.Containers;

/// <summary>
/// Folds names: case, and letters written with a combining mark. The program runs without the tables of the system, where the
/// runtime's own normalisation does nothing; those of the Latin, Greek and Cyrillic letters and of Hangul are here.
/// </summary>
internal static class NameFolding
{
    // Mark, then composed=base, in hexadecimal: the canonical decompositions of the Unicode Character Database 14.
    private const string Table = """
        300:C0=41,C8=45,CC=49,D2=4F,D9=55,E0=61,E8=65,EC=69,F2=6F,F9=75,1DB=DC,1DC=FC,1F8=4E,1F9=6E,400=415,40D=418,450=435
        300:45D=438,1E14=112,1E15=113,1E50=14C,1E51=14D,1E80=57,1E81=77,1EA6=C2,1EA7=E2,1EB0=102,1EB1=103,1EC0=CA,1EC1=EA
        300:1ED2=D4,1ED3=F4,1EDC=1A0,1EDD=1A1,1EEA=1AF,1EEB=1B0,1EF2=59,1EF3=79
        301:C1=41,C9=45,CD=49,D3=4F,DA=55,DD=59,E1=61,E9=65,ED=69,F3=6F,FA=75,FD=79,106=43,107=63,139=4C,13A=6C,143=4E,144=6E
        301:154=52,155=72,15A=53,15B=73,179=5A,17A=7A,1D7=DC,1D8=FC,1F4=47,1F5=67,1FA=C5,1FB=E5,1FC=C6,1FD=E6,1FE=D8,1FF=F8
        301:386=391,388=395,389=397,38A=399,38C=39F,38E=3A5,38F=3A9,390=3CA,3AC=3B1,3AD=3B5,3AE=3B7,3AF=3B9,3B0=3CB,3CC=3BF
        301:3CD=3C5,3CE=3C9,3D3=3D2,403=413,40C=41A,453=433,45C=43A,1E08=C7,1E09=E7,1E16=112,1E17=113,1E2E=CF,1E2F=EF,1E30=4B
        301:1E31=6B,1E3E=4D,1E3F=6D,1E4C=D5,1E4D=F5,1E52=14C,1E53=14D,1E54=50,1E55=70,1E78=168,1E79=169,1E82=57,1E83=77,1EA4=C2
        301:1EA5=E2,1EAE=102,1EAF=103,1EBE=CA,1EBF=EA,1ED0=D4,1ED1=F4,1EDA=1A0,1EDB=1A1,1EE8=1AF,1EE9=1B0
        302:C2=41,CA=45,CE=49,D4=4F,DB=55,E2=61,EA=65,EE=69,F4=6F,FB=75,108=43,109=63,11C=47,11D=67,124=48,125=68,134=4A,135=6A
        302:15C=53,15D=73,174=57,175=77,176=59,177=79,1E90=5A,1E91=7A,1EAC=1EA0,1EAD=1EA1,1EC6=1EB8,1EC7=1EB9,1ED8=1ECC
        302:1ED9=1ECD
        303:C3=41,D1=4E,D5=4F,E3=61,F1=6E,F5=6F,128=49,129=69,168=55,169=75,1E7C=56,1E7D=76,1EAA=C2,1EAB=E2,1EB4=102,1EB5=103
        303:1EBC=45,1EBD=65,1EC4=CA,1EC5=EA,1ED6=D4,1ED7=F4,1EE0=1A0,1EE1=1A1,1EEE=1AF,1EEF=1B0,1EF8=59,1EF9=79
        304:100=41,101=61,112=45,113=65,12A=49,12B=69,14C=4F,14D=6F,16A=55,16B=75,1D5=DC,1D6=FC,1DE=C4,1DF=E4,1E0=226,1E1=227
        304:1E2=C6,1E3=E6,1EC=1EA,1ED=1EB,22A=D6,22B=F6,22C=D5,22D=F5,230=22E,231=22F,232=59,233=79,1E20=47,1E21=67,1E38=1E36
        304:1E39=1E37,1E5C=1E5A,1E5D=1E5B
        306:102=41,103=61,114=45,115=65,11E=47,11F=67,12C=49,12D=69,14E=4F,14F=6F,16C=55,16D=75,40E=423,419=418,439=438,45E=443
        306:1E1C=228,1E1D=229,1EB6=1EA0,1EB7=1EA1
        307:10A=43,10B=63,116=45,117=65,120=47,121=67,130=49,17B=5A,17C=7A,226=41,227=61,22E=4F,22F=6F,1E02=42,1E03=62,1E0A=44
        307:1E0B=64,1E1E=46,1E1F=66,1E22=48,1E23=68,1E40=4D,1E41=6D,1E44=4E,1E45=6E,1E56=50,1E57=70,1E58=52,1E59=72,1E60=53
        307:1E61=73,1E64=15A,1E65=15B,1E66=160,1E67=161,1E68=1E62,1E69=1E63,1E6A=54,1E6B=74,1E86=57,1E87=77,1E8A=58,1E8B=78
        307:1E8E=59,1E8F=79,1E9B=17F
        308:C4=41,CB=45,CF=49,D6=4F,DC=55,E4=61,EB=65,EF=69,F6=6F,FC=75,FF=79,178=59,3AA=399,3AB=3A5,3CA=3B9,3CB=3C5,3D4=3D2
        308:401=415,407=406,451=435,457=456,1E26=48,1E27=68,1E4E=D5,1E4F=F5,1E7A=16A,1E7B=16B,1E84=57,1E85=77,1E8C=58,1E8D=78
        308:1E97=74
        309:1EA2=41,1EA3=61,1EA8=C2,1EA9=E2,1EB2=102,1EB3=103,1EBA=45,1EBB=65,1EC2=CA,1EC3=EA,1EC8=49,1EC9=69,1ECE=4F,1ECF=6F
        309:1ED4=D4,1ED5=F4,1EDE=1A0,1EDF=1A1,1EE6=55,1EE7=75,1EEC=1AF,1EED=1B0,1EF6=59,1EF7=79
        30A:C5=41,E5=61,16E=55,16F=75,1E98=77,1E99=79
        30B:150=4F,151=6F,170=55,171=75
        30C:10C=43,10D=63,10E=44,10F=64,11A=45,11B=65,13D=4C,13E=6C,147=4E,148=6E,158=52,159=72,160=53,161=73,164=54,165=74
        30C:17D=5A,17E=7A,1CD=41,1CE=61,1CF=49,1D0=69,1D1=4F,1D2=6F,1D3=55,1D4=75,1D9=DC,1DA=FC,1E6=47,1E7=67,1E8=4B,1E9=6B
        30C:1EE=1B7,1EF=292,1F0=6A,21E=48,21F=68
        30F:200=41,201=61,204=45,205=65,208=49,209=69,20C=4F,20D=6F,210=52,211=72,214=55,215=75
        311:202=41,203=61,206=45,207=65,20A=49,20B=69,20E=4F,20F=6F,212=52,213=72,216=55,217=75
        31B:1A0=4F,1A1=6F,1AF=55,1B0=75
        323:1E04=42,1E05=62,1E0C=44,1E0D=64,1E24=48,1E25=68,1E32=4B,1E33=6B,1E36=4C,1E37=6C,1E42=4D,1E43=6D,1E46=4E,1E47=6E
        323:1E5A=52,1E5B=72,1E62=53,1E63=73,1E6C=54,1E6D=74,1E7E=56,1E7F=76,1E88=57,1E89=77,1E92=5A,1E93=7A,1EA0=41,1EA1=61
        323:1EB8=45,1EB9=65,1ECA=49,1ECB=69,1ECC=4F,1ECD=6F,1EE2=1A0,1EE3=1A1,1EE4=55,1EE5=75,1EF0=1AF,1EF1=1B0,1EF4=59,1EF5=79
        324:1E72=55,1E73=75
        325:1E00=41,1E01=61
        326:218=53,219=73,21A=54,21B=74
        327:C7=43,E7=63,122=47,123=67,136=4B,137=6B,13B=4C,13C=6C,145=4E,146=6E,156=52,157=72,15E=53,15F=73,162=54,163=74
        327:228=45,229=65,1E10=44,1E11=64,1E28=48,1E29=68
        328:104=41,105=61,118=45,119=65,12E=49,12F=69,172=55,173=75,1EA=4F,1EB=6F
        32D:1E12=44,1E13=64,1E18=45,1E19=65,1E3C=4C,1E3D=6C,1E4A=4E,1E4B=6E,1E70=54,1E71=74,1E76=55,1E77=75
        32E:1E2A=48,1E2B=68
        330:1E1A=45,1E1B=65,1E2C=49,1E2D=69,1E74=55,1E75=75
        331:1E06=42,1E07=62,1E0E=44,1E0F=64,1E34=4B,1E35=6B,1E3A=4C,1E3B=6C,1E48=4E,1E49=6E,1E5E=52,1E5F=72,1E6E=54,1E6F=74
        331:1E94=5A,1E95=7A,1E96=68
        """;

    private static readonly Dictionary<char, (char Base, char Mark)> s_decompositions = Parse();

    /// <summary>The same text for all names that differ in case or composition only.</summary>
    public static string Key(string name) => Decompose(name).ToUpperInvariant();

    /// <summary>Letters with marks as letters and marks.</summary>
    public static string Decompose(string name)
    {
        if (Ascii.IsValid(name))
        {
            return name;
        }

        StringBuilder text = new(name.Length + 8);
        Span<char> marks = stackalloc char[4];
        foreach (char c in name)
        {
            if (c is >= Hangul.First and <= Hangul.Last)
            {
                Hangul.Append(text, c);
                continue;
            }

            char letter = c;
            int count = 0;
            while (count < marks.Length && s_decompositions.TryGetValue(letter, out (char Base, char Mark) parts))
            {
                marks[count++] = parts.Mark;
                letter = parts.Base;
            }

            text.Append(letter);
            while (count > 0)
            {
                text.Append(marks[--count]);
            }
        }

        return text.ToString();
    }

    private static Dictionary<char, (char Base, char Mark)> Parse()
    {
        Dictionary<char, (char, char)> table = [];
        foreach (string line in Table.Split('\n', StringSplitOptions.TrimEntries))
        {
            string[] halves = line.Split(':');
            foreach (string pair in halves[1].Split(','))
            {
                string[] letters = pair.Split('=');
                table.Add(Code(letters[0]), (Code(letters[1]), Code(halves[0])));
            }
        }

        return table;
    }

    private static char Code(string hex) => (char)Convert.ToUInt16(hex, 16);

    /// <summary>Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).</summary>
    private static class Hangul
    {
        public const char First = '\uAC00';
        public const char Last = '\uD7A3';
        private const int Vowels = 21;
        private const int Finals = 28;

        public static void Append(StringBuilder text, char syllable)
        {
            int index = syllable - First;
            text.Append((char)(0x1100 + (index / (Vowels * Finals))));
            text.Append((char)(0x1161 + (index % (Vowels * Finals) / Finals)));
            if (index % Finals != 0)
            {
                text.Append((char)(0x11A7 + (index % Finals)));
            }
        }
    }
}
