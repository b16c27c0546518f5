"""What banks write inside the cells: directions, states, balance rows, months, currency signs."""

from collections.abc import Mapping
from types import MappingProxyType

from fintrack.statements.delimited.header_words import phrases

OUTFLOW = frozenset(
    phrases(
        """
        debit, deb, dr, d, db, dbit, dt, debet, deebet, debetas, debit card, out, outflow, outgoing,
        withdrawal, withdraw, expense, expenses, spend, spending, paid out, money out, payment,
        sent, purchase, sale, debit transfer, af, bijaf af, uit, uitgave, soll, s, belastung,
        lastschrift, ausgabe, ausgang, abgang, sortie, depense, debiteur, retrait, salida, cargo,
        gasto, egreso, debe, uscita, addebito, dare, debito, saida, despesa, wydatek, obciazenie,
        wn, kiadas, terheles, t, vydaj, vydej, odchozi, odchodzi, utgift, uttag, ut, udgift,
        haevning, meno, otto, islaidos, isejosios, izejosais, izdevumi, cheltuiala, isplata,
        rashod, trosak, breme, borc, cikan, gider, minus, расход, списание, дебет, дебит, витрата,
        χ, χρεωση, 支出,
        借, 借方, 出金, 출금, 转出, 付款
        """,
    ),
)
INFLOW = frozenset(
    phrases(
        """
        credit, cred, cr, c, crdt, k, ct, kredit, kreedit, kreditas, in, inflow, incoming, deposit,
        income, revenue, paid in, money in, received, receive, refund, top up, topup,
        credit transfer, bij, inkomsten, haben, h, gutschrift, einnahme, eingang, zugang, entree,
        recette, crediteur, depot, versement, entrada, ingreso, abono, haber, entrata, accredito,
        avere, credito, receita, wplyw, uznanie, ma, bevetel, jovairas, j, prijem, prichozi,
        prichodzi, inkomst, insattning, inn, indtaegt, indsaetning, tulo, pano, pajamos, iejosios,
        ienakosais, ienakumi, venit, uplata, prihod, dobro, alacak, giren, gelir, plus, приход,
        поступление, кредит, π, πιστωση, надходження, дохід, доход,
        收入, 贷, 贷方, 入金, 입금, 转入, 收款
        """,
    ),
)
SINGLE_SIGNS = frozenset({"+", "-", "−"})

PENDING = frozenset(
    phrases(
        """
        pending, pending transaction, umsatz vorgemerkt, not posted, processing, unposted,
        authorised, authorized,
        vorgemerkt, ausstehend, offen, en attente, en cours, a venir, pendiente, in sospeso,
        in attesa, autorizzato, autorizado, autorise, non contabilizzato, pendente,
        in behandeling, cekajici, neuhrazeno,
        nezauctovano, cakajuca, oczekujaca, oczekuje, nierozliczona, fuggoben, fuggo, vantar,
        reserverat, reserverad, reserveret, venter, odottaa, varaus, beklemede, в обработке,
        ожидается, 处理中,
        待处理, 대기
        """,
    ),
)
NOT_DONE = PENDING | frozenset(
    phrases(
        """
        reverted, declined, failed, cancelled, canceled, voided, void, rejected, expired, denied,
        blocked, storniert, abgelehnt, nicht ausgefuhrt, fehlgeschlagen, refuse, refusee, annule,
        annulee, echoue, rechazado, rechazada, cancelado, anulado, rifiutato, annullato, cancelada,
        geweigerd, geannuleerd, zamitnuto, zruseno, odrzucona, anulowana, odrzucono, elutasitva,
        torolve, отклонено, отменено, 交易关闭, 失败, 已关闭, 已取消
        """,
    ),
)

OPENING_ROWS = phrases(
    "opening balance, beginning balance, opening saldo, anfangssaldo, anfangsbestand, "
    "alter saldo, solde initial, solde precedent, saldo inicial, saldo anterior, saldo iniziale, "
    "beginsaldo, vorig saldo, pocatecni zustatek, pociatocny zostatok, saldo poczatkowe, "
    "nyito egyenleg, nyitoegyenleg, ingaende saldo, alkusaldo, algsaldo, pradinis likutis, "
    "likutis pradziai, "
    "sakuma atlikums, sold initial, balance brought forward, brought forward, balance forward, "
    "previous balance, solde en debut de periode, 期初余额",
)
# What a bank carries over is never a movement; an opening balance may be one of another program.
CARRIED_ROWS = phrases(
    "balance brought forward, brought forward, balance forward, balance carried forward, "
    "carried forward, previous balance, alter saldo, solde precedent, saldo anterior, vorig saldo",
)
CLOSING_ROWS = phrases(
    "closing balance, closing saldo, endsaldo, endbestand, neuer saldo, solde final, "
    "nouveau solde, saldo final, saldo finale, eindsaldo, nieuw saldo, konecny zustatek, "
    "konecny zostatok, saldo koncowe, zaro egyenleg, zaroegyenleg, utgaende saldo, loppusaldo, "
    "loppsaldo, galutinis likutis, likutis pabaigai, beigu atlikums, sold final, "
    "balance carried forward, carried forward, ending balance, kontostand, "
    "solde en fin de periode, s a l d o, saldo do dia, saldo total disponivel dia, 期末余额",
)
TURNOVER_ROWS = phrases(
    "turnover, total, totals, transactions total, total debits, total credits, grand total, "
    "sub total, subtotal, summe, gesamt, gesamtsumme, umsatze, total general, totale, totaal, "
    "celkem, spolu, razem, suma, obroty, forgalom, osszesen, summa, sum, yhteensa, kokku, kaive, "
    "apyvarta, apgrozijums, kopa, ukupno, skupaj, toplam, итого, оборот, 合计, 合計, 总计, 합계",
)

# The kinds of account that people name their accounts after.
MONEY_ACCOUNTS = frozenset(
    """
    cash checking chequing savings saving bank card visa mastercard wallet giro girokonto current
    tagesgeld sparkonto kasse petty paypal assets asset liabilities liability loan mortgage compte
    epargne cuenta ahorro efectivo caja conto cassa betaalrekening spaarrekening kas
    """.split(),
)

MONTHS: tuple[tuple[str, ...], ...] = (
    phrases(
        "january, januar, janner, jaenner, janvier, enero, gennaio, janeiro, januari, leden, "
        "stycznia, styczen, januara, tammikuuta, jaanuar, sausio, ianuarie, ocak, января, січня, "
        "ene, gen, sty, tam, ian, oca, led, янв, januaris, sijecanj, "
        "ledna, gener, ιανουαριος, ιανουαριου, јануар, януари, يناير, ינואר",
    ),
    phrases(
        "february, februar, feber, fevrier, febrero, febbraio, fevereiro, februari, unor, lutego, "
        "luty, helmikuuta, veebruar, vasario, februarie, subat, февраля, лютого, fev, lut, hel, "
        "uno, sub, фев, fevr, februaris, veljaca, "
        "februara, unora, febrer, φεβρουαριος, φεβρουαριου, фебруар, февруари, فبراير, "
        "פברואר",
    ),
    phrases(
        "march, marz, maerz, mars, marzo, marco, maart, brezen, marca, marzec, maaliskuuta, "
        "marts, kovo, martie, mart, марта, березня, mrz, mrt, maa, bre, мар, mar, marcius, ozujak, "
        "brezna, marec, maret, mac, μαρτιος, μαρτιου, март, مارس, מרץ",
    ),
    phrases(
        "april, avril, abril, aprile, duben, kwietnia, kwiecien, huhtikuuta, aprill, balandzio, "
        "aprilie, nisan, апреля, квітня, avr, abr, kwi, huh, dub, nis, апр, aprilis, travanj, "
        "aprila, dubna, απριλιος, απριλιου, април, أبريل, ابريل, אפריל",
    ),
    phrases(
        "may, mai, mayo, maggio, maio, mei, kveten, maja, maj, toukokuuta, geguzes, mayis, мая, "
        "травня, mag, tou, kve, май, majus, maijs, svibanj, "
        "kvetna, maig, μαιος, μαιου, мај, май, مايو, מאי",
    ),
    phrases(
        "june, juni, juin, junio, giugno, junho, cerven, czerwca, czerwiec, kesakuuta, juuni, "
        "birzelio, iunie, haziran, июня, червня, giu, cze, kes, iun, haz, июн, junius, junijs, "
        "lipanj, "
        "cervna, juna, junij, juny, ιουνιος, ιουνιου, јун, юни, يونيو, יוני",
    ),
    phrases(
        "july, juli, juillet, julio, luglio, julho, cervenec, lipca, lipiec, heinakuuta, juuli, "
        "liepos, iulie, temmuz, июля, липня, lug, lip, hei, iul, tem, июл, julius, julijs, juil, "
        "srpanj, "
        "cervence, jula, julij, julai, juliol, ιουλιος, ιουλιου, јул, юли, يوليو, יולי",
    ),
    phrases(
        "august, aout, agosto, augustus, augusti, srpen, sierpnia, sierpien, elokuuta, rugpjucio, "
        "agustos, августа, серпня, ago, sie, elo, srp, agu, авг, augusztus, augusts, kolovoz, "
        "augusta, srpna, avgust, agost, ogos, αυγουστος, αυγουστου, أغسطس, אוגוסט",
    ),
    phrases(
        "september, septembre, septiembre, settembre, setembro, zari, wrzesnia, wrzesien, "
        "syyskuuta, rugsejo, septembrie, eylul, сентября, вересня, set, wrz, syy, zar, eyl, сен, "
        "sept, szeptember, septembris, rujan, "
        "septembra, septembar, σεπτεμβριος, σεπτεμβριου, септембар, септември, سبتمبر, "
        "ספטמבר",
    ),
    phrases(
        "october, oktober, octobre, octubre, ottobre, outubro, rijen, pazdziernika, pazdziernik, "
        "lokakuuta, oktoober, spalio, octombrie, ekim, октября, жовтня, okt, ott, out, paz, lok, "
        "rij, eki, окт, oktobris, listopad hr, "
        "oktobra, oktobar, rijna, οκτωβριος, οκτωβριου, октобар, октомври, أكتوبر, "
        "אוקטובר",
    ),
    phrases(
        "november, novembre, noviembre, novembro, listopadu, listopada, listopad, marraskuuta, "
        "lapkricio, noiembrie, kasim, ноября, листопада, lis, marr, kas, ноя, noi, novembris, "
        "studeni, "
        "novembra, novembar, νοεμβριος, νοεμβριου, новембар, ноември, نوفمبر, נובמבר",
    ),
    phrases(
        "december, dezember, decembre, diciembre, dicembre, dezembro, prosinec, prosince, "
        "grudnia, grudzien, joulukuuta, detsember, gruodzio, decembrie, aralik, декабря, грудня, "
        "dez, dic, gru, jou, pro, ara, дек, decembris, prosinac, "
        "decembra, decembar, desember, disember, desembre, δεκεμβριος, δεκεμβριου, "
        "децембар, декември, ديسمبر, דצמבר",
    ),
)

# Signs that several currencies share ($, ¥, kr) say nothing.
SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "€": "EUR",
        "euro": "EUR",
        "euros": "EUR",
        "£": "GBP",
        "zł": "PLN",
        "kč": "CZK",
        "ft": "HUF",
        "₹": "INR",
        "₽": "RUB",
        "rur": "RUB",
        "₴": "UAH",
        "₺": "TRY",
        "tl": "TRY",
        "₪": "ILS",
        "nis": "ILS",
        "₩": "KRW",
        "₫": "VND",
        "₦": "NGN",
        "₱": "PHP",
        "฿": "THB",
        "₸": "KZT",
        "r$": "BRL",
        "us$": "USD",
        "a$": "AUD",
        "au$": "AUD",
        "ca$": "CAD",
        "c$": "CAD",
        "nz$": "NZD",
        "s$": "SGD",
        "hk$": "HKD",
        "sfr": "CHF",
        "fr.": "CHF",
        "元": "CNY",
        "rmb": "CNY",
        "円": "JPY",
        "원": "KRW",
        "руб": "RUB",
        "руб.": "RUB",
        "грн": "UAH",
        "lei": "RON",
        "د.إ": "AED",
        "ر.س": "SAR",
        "د.ك": "KWD",
        "د.ب": "BHD",
        "ج.م": "EGP",
        "د.م": "MAD",
    },
)
