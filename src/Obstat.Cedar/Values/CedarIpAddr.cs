using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Obstat.Cedar.Values;

/// <summary>An IPv4 or IPv6 address with a prefix length. Equality compares family, whole address and prefix.</summary>
public sealed class CedarIpAddr : CedarValue
{
    private CedarIpAddr(bool isIpv4, UInt128 address, int prefix) => (IsIpv4, Address, Prefix) = (isIpv4, address, prefix);

    /// <summary>Whether the family is IPv4; else it is IPv6.</summary>
    public bool IsIpv4 { get; }

    /// <summary>The address as a number, in 32 or 128 bits.</summary>
    public UInt128 Address { get; }

    /// <summary>The prefix length: 0 to 32, or 0 to 128.</summary>
    public int Prefix { get; }

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.IpAddr;

    /// <summary>Whether the whole range is loopback (127.0.0.0/8, ::1/128).</summary>
    public bool IsLoopback => IsIpv4 ? IsWithin(127u << 24, 8) : IsWithin(UInt128.One, 128);

    /// <summary>Whether the whole range is multicast (224.0.0.0/4, ff00::/8).</summary>
    public bool IsMulticast => IsIpv4 ? IsWithin(224u << 24, 4) : IsWithin((UInt128)0xff00 << 112, 8);

    private int Width => IsIpv4 ? 32 : 128;

    /// <summary>
    /// Reads the form of the function <c>ip</c>. IPv4: four decimals without leading zeros. IPv6: groups of one to four hex digits, at most one <c>::</c>.
    /// Optional prefix without leading zeros. Refuses embedded IPv4, zones and brackets.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CedarIpAddr? value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text.AsSpan() : text.AsSpan(0, slash);
        var isIpv4 = !address.Contains(':');
        UInt128 number;
        if (isIpv4 ? !TryReadIpv4(address, out number) : !TryReadIpv6(address, out number))
        {
            return false;
        }

        var prefix = isIpv4 ? 32 : 128;
        if (slash >= 0)
        {
            if (!TryReadNumber(text.AsSpan(slash + 1), prefix, out var given))
            {
                return false;
            }

            prefix = given;
        }

        value = new(isIpv4, number, prefix);
        return true;
    }

    /// <summary>Whether every address of this range lies in <paramref name="range"/>; false for the other family.</summary>
    public bool IsInRange(CedarIpAddr range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return IsIpv4 == range.IsIpv4 && IsWithin(range.Address, range.Prefix);
    }

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) =>
        other is CedarIpAddr that && IsIpv4 == that.IsIpv4 && Address == that.Address && Prefix == that.Prefix;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(CedarKind.IpAddr, IsIpv4, Address, Prefix);

    /// <summary>The address as text, with its prefix unless that covers one address.</summary>
    public string ToAddressText()
    {
        var text = new StringBuilder();
        if (IsIpv4)
        {
            for (var shift = 24; shift >= 0; shift -= 8)
            {
                _ = text.Append(CultureInfo.InvariantCulture, $"{(int)((Address >> shift) & 0xff)}{(shift == 0 ? "" : ".")}");
            }
        }
        else
        {
            for (var shift = 112; shift >= 0; shift -= 16)
            {
                _ = text.Append(CultureInfo.InvariantCulture, $"{(int)((Address >> shift) & 0xffff):x}{(shift == 0 ? "" : ":")}");
            }
        }

        return Prefix == Width ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $"/{Prefix}").ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => $"ip(\"{ToAddressText()}\")";

    private bool IsWithin(UInt128 network, int prefix)
    {
        if (Prefix < prefix)
        {
            return false;
        }

        // A shift by the full width is no shift in C#, so the empty prefix is its own case.
        return prefix == 0 || (Address >> (Width - prefix)) == (network >> (Width - prefix));
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, int max, out int number)
    {
        number = 0;
        if (text.Length is 0 or > 3 || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            number = (number * 10) + (c - '0');
        }

        return number <= max;
    }

    private static bool TryReadIpv4(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = 0;
        var parts = 0;
        foreach (var part in text.Split('.'))
        {
            if (++parts > 4 || !TryReadNumber(text[part], 255, out var number))
            {
                return false;
            }

            address = (address << 8) | (uint)number;
        }

        return parts == 4;
    }

    private static bool TryReadIpv6(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = 0;
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
        {
            return TryReadGroups(text, out address, out var all) && all == 8;
        }

        if (!TryReadGroups(text[..gap], out var head, out var headGroups) || !TryReadGroups(text[(gap + 2)..], out var tail, out var tailGroups)
            || headGroups + tailGroups > 7)
        {
            return false;
        }

        address = (headGroups == 0 ? 0 : head << (16 * (8 - headGroups))) | tail;
        return true;
    }

    private static bool TryReadGroups(ReadOnlySpan<char> text, out UInt128 address, out int groups)
    {
        (address, groups) = (0, 0);
        if (text.IsEmpty)
        {
            return true;
        }

        foreach (var range in text.Split(':'))
        {
            var part = text[range];
            if (++groups > 8 || part.Length is 0 or > 4)
            {
                return false;
            }

            var group = 0;
            foreach (var c in part)
            {
                if (!char.IsAsciiHexDigit(c))
                {
                    return false;
                }

                group = (group * 16) + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
            }

            address = (address << 16) | (uint)group;
        }

        return true;
    }
}
