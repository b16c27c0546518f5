"""What banks write above columns, in the languages of their customers.

In each role the earlier phrases win.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from fintrack.statements.mapping import Role

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_LETTERS = re.compile(r"[\W_]+")
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "ı": "i", "œ": "oe", "ß": "ss"})


@lru_cache(maxsize=4096)
def normalised(text: str) -> str:
    """Return lower-case words without accents and punctuation, CamelCase taken apart."""
    lowered = _CAMEL.sub(" ", text[:200]).casefold().translate(_PLAIN)
    letters = unicodedata.normalize("NFKD", lowered)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _NOT_LETTERS.sub(" ", unicodedata.normalize("NFC", bare)).strip()


def phrases(text: str) -> tuple[str, ...]:
    """Return the comma-separated phrases, normalised as cells and headers are compared."""
    return tuple(bare for phrase in text.split(",") if (bare := normalised(phrase)))


HEADERS: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {
        Role.DATE: phrases(
            """
            التاريخ, تاريخ, תאריך, ημερομηνια, ngay, ngay giao dich, tanggal, วันที่,
            booking date, date booked, booked on, book date, buchungstag, buchungsdatum, buchung,
            date comptable, date de comptabilisation, fecha contable, data contabile,
            data registrazione, datum zauctovani, datum uctovania, data ksiegowania,
            konyveles datuma, konyveles napja, bokforingsdag, bokforingsdatum, bokfort,
            reskontradatum, bogforingsdato, bogfort, bokforingsdato, bokfort dato,
            kirjauspaiva, datum knjizenja, datum knjizbe, data inregistrarii,
            transaction date, date of transaction, date transaction, trans date, txn date, tran
            date, operation date, entry date, date operation, date de operation, date de l
            operation, date de transaction, date d operation, fecha operacion, fecha de operacion,
            fecha movimiento, fecha de la operacion, fecha transaccion, data operazione, data
            movimento, data da operacao, data de lancamento, data lancamento, data mov, data do
            movimento, boekdatum, boekingsdatum, transactiedatum, datum transactie, datum
            verrichting, uitvoeringsdatum, datum provedeni, datum transakce, datum splatnosti,
            datum transakcie, datum pohybu, data operacji, data transakcji, tranzakcio datuma,
            tranzakcio idopontja, terheles vagy jovairas datuma, transaktionsdag,
            transaktionsdatum, transaktionsdato, transaksjonsdato, maksupaiva, tapahtumapaiva,
            kuupaev, kande kuupaev, operacijos data, mokejimo data, darijuma datums, datums, data
            tranzactie, data tranzactiei, datum transakcije, datum prometa, islem tarihi, tarih,
            data proveden,
            data operatsii, дата операции, дата проводки, дата транзакции, дата і час операції,
            дата операції, дата, 交易日期, 记账日期, 交易时间, 入账日期, 交易日, 日期, 記帳日,
            帳務日期, 取引日, 日付, 年月日, お取り扱い日, 거래일자, 거래일시, 거래일, 일자, date,
            datum, fecha, data, dato, datum operacije, paiva, paivamaara, pvm, journal date,
            payment date, completed date, date completed, completed on, posted date, posting date,
            date posted, post date, posted on, date processed, process date, processed date,
            processed on, settlement date, settled date, cleared date, created, created at,
            created on, created date, date created, date time, datetime, timestamp, time,
            umsatzdatum, ausfuhrungsdatum, executed on, execution date, run date,
            利用日, ご利用日
            """,
        ),
        Role.VALUE_DATE: phrases(
            """
            value date, date value, valutadatum, valuta datum, wertstellung, wertstellungsdatum,
            wertstellungstag, wert, valuta, valutierung, date de valeur, date valeur,
            datum verrekening, fecha valor, fecha de valor, f valor, data valuta, data valor,
            data waluty, data rozliczenia, valutadatum, rentedatum, datum valuty, valutadag,
            valutadato, rentedato, arvopaiva, ertek nap, erteknap, ertek datuma, data valutei,
            datum valute, дата валютирования, 起息日, effective date, interest date
            """,
        ),
        Role.AMOUNT: phrases(
            """
            المبلغ, סכום, ποσο, so tien, jumlah, จำนวนเงิน,
            入出金, 入出金額, net total,
            net amount, amount net, net, netto, betrag netto, amount in account currency,
            kwota w walucie rachunku, сумма платежа, сума в валюті картки, сума в валюті рахунку,
            account currency amount, billing amount, betrag in kontowahrung, zauctovana castka,
            amount, transaction amount, betrag, umsatz, umsatzbetrag, betrag in eur, bedrag in eur,
            montant, montant de l operation, montant operation, importe, importe eur, monto,
            cantidad, importo, valor, quantia, montante, bedrag, transactiebedrag, castka, objem,
            suma, ciastka, kwota, kwota operacji, kwota transakcji, osszeg, tranzakcio osszege,
            konyvelt osszeg, belopp, transaktionsbelopp, belob, belop,
            maara, summa, summa eur, iznos, znesek, tutar, islem tutari, sumlasma, сумма,
            сумма операции, сума, 交易金额, 金额, 發生額,
            发生额, 金額, 거래금액, 금액, amt, value, sum, movement, total, total amount, gross,
            gross amount, brutto, paid amount
            """,
        ),
        Role.DEBIT: phrases(
            """
            利用金額, ご利用金額, 提領金額,
            مدين, سحب, חובה, בחובה, χρεωση, ghi no, ถอน, 出金金額, お引出し,
            debit, debits, debit amount, amount debit, withdrawal, withdrawals, withdrawal amount,
            withdrawn, withdrawal amt, money out, paid out, outflow, out, outgoing, payments,
            payment amount,
            expense amount, spent, expense, expenses, dr, dr amount, debet, soll, belastung,
            belastungen, ausgang,
            ausgaben, ausgabe, lastschrift, debit eur, montant debit, debit en euros, depense,
            depenses, retrait, retraits, cargo, cargos, cargo en cuenta, debe, gasto, gastos,
            egreso, egresos, salida, salidas, debito, addebiti, addebito, dare, uscite, uscita,
            debitos, saida, saidas, af, afschrijving, uitgaven, uitgave, debetbedrag, vydaje,
            vydaj, vydej, odchozi, obciazenia, obciazenie, wydatki, wydatek, kwota obciazenia,
            winien, terheles, terhelesek, kiadas, uttag, utgift, ut, ut fra konto, utgaende,
            haevet, udgift, otto, ulos, panot pois, valjaminek, deebet, debetas, islaidos,
            izejosie, debeta, debit suma, isplata, isplate, rashod, odliv, breme, borc, cikan,
            расход, списание, дебет, дебит, витрата, 支出, 支出金额, 借方, 借方金额, 提款, 支出金額,
            お支払金額, 支払い金額, お支払い金額, 出金, 出金額, 출금, 출금액, 찾으신금액
            """,
        ),
        Role.CREDIT: phrases(
            """
            存入金額, 存入, دائن, إيداع, זכות, בזכות, πιστωση, ghi co, ฝาก, 入金金額, お預入れ,
            credit, credits, credit amount, amount credit, deposit, deposits, deposit amount,
            deposit amt, income amount, money in, paid in, inflow, in, incoming, receipts,
            received, income, cr,
            cr amount, kredit, haben, gutschrift, gutschriften, eingang, einnahmen, einnahme,
            montant credit, credit en euros, recette, recettes, versement, versements, depot,
            abono, abonos, abono en cuenta, haber, ingreso, ingresos, entrada, entradas, credito,
            accrediti, accredito, avere, entrate, entrata, creditos, bij, bijschrijving, inkomsten,
            creditbedrag, prijmy, prijem, prichozi, uznania, uznanie, wplywy, wplyw, kwota uznania,
            ma, jovairas, jovairasok, bevetel, insattning, inkomst, in pa konto, inn, inn pa konto,
            inngaende, indsat, indtaegt, indtaegter, tulo, pano, panot, sisse, laekumine, kreedit,
            kreditas, pajamos, ienakosie, kredits, kredita, uplata, uplate, prihod, priliv, dobro,
            alacak, giren, приход, поступление, кредит, надходження, 收入, 收入金额, 贷方,
            贷方金额, 存款, 收入金額, お預り金額, 預かり金額, お預かり金額, 入金, 入金額, 입금,
            입금액, 맡기신금액
            """,
        ),
        Role.DIRECTION: phrases(
            """
            transaction type, debit credit, credit debit, debit credit indicator, debit or credit,
            credit or debit, dr cr, cr dr, d c, c d, d k, k d, dc, cdi, cd, credit debit indicator,
            dbit crdt, direction, in out, sign, type, soll haben, s h, sh, haben soll,
            soll haben kennzeichen, sens, signe, tipo, segno, af bij, bij af, debet credit,
            bevetel kiadas, obciazenie uznanie, kierunek, smer, suunta, yon, направление,
            приход расход, προσημο ποσου, προσημο, 借贷标志, 收支, 收 支, 收支类型, 借贷, 입출금구분
            """,
        ),
        Role.FEE: phrases(
            """
            fee, fees, fee amount, total fees, transaction fee, commission, charges, charge,
            gebuhr, gebuhren, entgelt, frais, commissions, comision, comisiones, commissioni,
            commissione, comissao, costo, costi, kosten,
            kosten op verrichting, poplatek, poplatky, prowizja,
            oplata, jutalek, dij, avgift, gebyr, kulu, mokestis, комиссия, комісія, 手续费, 手續費,
            手数料, 수수료
            """,
        ),
        Role.PAYEE: phrases(
            """
            naam omschrijving, name description, sender empfanger, absender empfanger,
            empfanger absender, moketojo arba gavejo pavadinimas, sender receiver name, payee,
            payee name, merchant, merchant name, partnername,
            counterparty, counterparty name, counter party,
            counterpart, partner name, other party, other party name, name of partner, beneficiary,
            beneficiary name, beneficiary originator, recipient, payer, payer payee, to from,
            from to, paid to, vendor, sender recipient, auftraggeber empfanger,
            auftraggeber begunstigter, begunstigter zahlungspflichtiger,
            beguenstigter zahlungspflichtiger, empfanger auftraggeber, name zahlungsbeteiligter,
            zahlungsempfanger, zahlungspflichtiger, empfanger, zahlungsbeteiligter, gegenpartei,
            beguenstigter, begunstigter, nom du tiers, tiers, beneficiaire, contrepartie,
            nom de la contrepartie, beneficiario, ordenante, contraparte, comercio, controparte,
            naam tegenpartij, tegenpartij, naam tegenrekening, tegenrekening naam,
            tegenrekeninghouder, begunstigde,
            handelaar, nazev protiuctu, nazov protiuctu, protistrana, prijemce, obchodnik,
            nazwa kontrahenta, dane kontrahenta, kontrahent, nadawca odbiorca, odbiorca,
            odbiorca nadawca, nadawca,
            nazwa nadawcy odbiorcy, partner neve, partner nev, partner, kedvezmenyezett, mottagare,
            mottagare avsandare, modtager, motpart, modpart, mottaker, saaja maksaja, saaja,
            saaja nimi, maksaja, saaja maksaja nimi, mokesciu gavejas, mokejtojas gavejas, gavejas,
            sanemejs, sanemejs maksatajs, beneficiar, platitor beneficiar, primatelj, prejemnik,
            alici, получатель, контрагент, 交易对方, 对方户名, 对方名称, 交易对手, 商户名称,
            받는분, 보낸분, name, naam, nom, nombre, nome, nimi, navn, namn
            """,
        ),
        Role.TEXT: phrases(
            """
            الوصف, البيان, תיאור, περιγραφη, αιτιολογια, noi dung, dien giai, keterangan, รายการ,
            description, transaction description, original description, details, detail,
            transaction details, transaction remarks, remarks, narrative, narration, particulars,
            label, memo, memo description, payment reference, purpose, payment details, reason,
            message,
            note, notes, comment, comments, additional description, information,
            statement descriptor, original statement, verwendungszweck, vwz, buchungstext,
            vorgangsart, buchungsdetails, beschreibung, zahlungsgrund, umsatztext, mitteilung,
            bemerkung, notiz, text, libelle, libelle operation, libelle de l operation,
            libelle simplifie, libelle complet, nature de l operation, detail de l operation,
            motif, communication, communications, details du mouvement,
            informations complementaires, concepto, descripcion, observaciones, detalle,
            movimiento, referencia, mas datos, descrizione, causale, descrizione operazione,
            descricao, historico, descritivo, omschrijving, mededeling, mededelingen,
            omschrijving 1, vrije mededeling, gestructureerde mededeling, toelichting, zprava,
            zprava pro prijemce, poznamka, popis, popis transakce, typ transakce,
            sprava pre prijemcu, opis, opis operacji, opis transakcji, tytul, tytul operacji,
            tytulem, szczegoly transakcji, rodzaj operacji, kozlemeny, reszletek, megjegyzes,
            leiras, konyvelesi informaciok, rubrik, beskrivning, meddelande, specifikation,
            rubrikk, tekst, beskrivelse, forklaring, melding, selite, viesti, tapahtuma, kirjeldus,
            selgitus, paskirtis, paaiskinimai, transaktionstext, mokejimo paskirtis,
            operacijos aprasymas, informacija,
            maksajuma merkis, detalii, detalii tranzactie, descriere, opis transakcije, svrha,
            namen, aciklama, описание, назначение платежа, описание операции, деталі операції,
            опис операції, опис, призначення платежу,
            примечание, 摘要, 交易摘要, 备注, 附言, 用途, 商品, 说明, 交易说明, お取り扱い内容,
            お取引内容, 摘要内容, 적요, 내용, 거래내용, 메모, reference text,
            category group category
            """,
        ),
        Role.REFERENCE: phrases(
            """
            transaction id, id, transaction number, transaction no, transaction reference,
            bank reference, unique id, fit id, fitid, external id, journal id, uuid, archive id,
            transaktions id, transaktionsnummer, umsatz id, buchungsreferenz,
            numero de transaction, n de transaction, no de transaction, numero d operation,
            identifiant, numero de operacion, numero operazione, transactiereferentie, volgnr,
            volgnummer, id transakce, id pohybu, id operace, numer transakcji, numer referencyjny,
            tranzakcio azonosito, tranzakcioazonosito, megbizas azonosito, verifikationsnummer,
            arkivkod, arkistointitunnus, arhiveerimistunnus, archyvo kodas, iraso nr, referinta,
            broj transakcije, islem no, fis no, номер транзакции, номер операции, 交易流水号,
            流水号, 交易单号, 订单号, 交易号, 거래번호
            """,
        ),
        Role.ACCOUNT: phrases(
            """
            customer account no, customer account number, customer account, own iban, my iban,
            account iban, iban, auftragskonto, iban auftragskonto, eigene iban, iban bban,
            account number, account no, account nr, account id, acct no, account, kontonummer,
            konto nummer, konto nr, numero de compte, no de compte, n de compte, numero compte,
            compte, comptenum, numero de cuenta, cuenta, numero conto, conto, numero da conta,
            conta, rekeningnummer, rekening, iban rekening, cislo uctu, ucet, numer rachunku,
            numer konta, nr rachunku, rachunek, szamlaszam, kontonummer, tilinumero, tili,
            konto number, kliendi konto, saskaitos numeris, saskaitos nr, konta nr, saskaita,
            konta numurs, numar cont,
            cont, broj racuna, racun, hesap numarasi, hesap no, hesap, номер счета, счет,
            номер рахунку, рахунок, картка, номер картки, карта, номер карты, 账号, 帐号, 卡号,
            交易账号, 本方账号, 帳號, 口座番号, 계좌번호,
            account name, kontoname, konto, nom du compte, nazev uctu, nazwa rachunku, szamla neve,
            bank account, card number, card no, card, card used, card used for transaction,
            kreditkarte,
            kreditkartennummer, kartennummer, kredietkaart, kaartnummer, numero de carte, carte,
            tarjeta, carta, karta, cislo karty, numer karty, kartyaszam, kortnummer, produit,
            product, wallet
            """,
        ),
        Role.CURRENCY: phrases(
            """
            account currency, waluta rachunku, валюта платежа, валюта счета, валюта картки,
            валюта рахунку, currency, currency code, transaction currency, settlement currency,
            ccy, cur, curr, wahrung, waehrung, whg, devise, monnaie, monn, moneda, divisa, valuta,
            moeda, munt, muntsoort, devies, valutacode,
            mena, mena uctu, waluta, waluta operacji, deviza,
            devizanem, devizaneme, osszeg devizaneme,
            penznem, tranzakcio devizaneme, valutakod, valuutta, valuuta, valiuta, doviz,
            para birimi, валюта, валута, валюта операции, 币种, 交易币种, 货币, 幣別, 通貨,
            통화, moneta
            """,
        ),
        Role.BALANCE: phrases(
            """
            الرصيد, יתרה, היתרה, υπολοιπο, so du, ยอดคงเหลือ,
            running balance, running bal, bal, guthaben,
            balance, saldos, account balance, balance after,
            closing balance,
            current balance, available balance, ledger balance, balance after transaction, saldo,
            saldo nach buchung, kontostand, neuer saldo, solde, solde apres operation,
            saldo contabile, saldo disponible, saldo disponibile, saldo contable, saldo na trx,
            saldo po operacji, saldo po transakcji, zustatek, zostatok, egyenleg, szamlaegyenleg,
            konyvelt egyenleg, behallning, bokfort saldo, jaak, likutis, atlikums, sold, stanje,
            bakiye, остаток, баланс, залишок, 余额, 账户余额, 結餘, 餘額, 残高, 差引残高, 잔액,
            거래후잔액
            """,
        ),
        Role.STATUS: phrases(
            "status, state, transaction status, zustand, umsatzstatus, statut, etat, estado, "
            "stato, stav, stan, allapot, tila, durum, статус, 状态, 交易状态, 狀態, 상태, info",
        ),
        Role.OPENING_BALANCE: phrases(
            "initial balance, opening balance, saldo inicial, saldo iniziale, anfangssaldo, "
            "solde initial, beginsaldo, pocatecni zustatek, start balance, balance before, "
            "saldo poczatkowe, startsaldo",
        ),
        Role.CLOSING_BALANCE: phrases(
            "final balance, saldo final, saldo finale, endsaldo, solde final, eindsaldo, "
            "end balance",
        ),
        Role.JOURNAL: phrases(
            "journal number, journal no, journal, group id, txn idx, transaction index, txnidx",
        ),
        Role.SOURCE: phrases("source name, source account, from account, source account name"),
        Role.SOURCE_TYPE: phrases("source type, source account type"),
        Role.DESTINATION: phrases(
            "destination name, destination account, to account, destination account name",
        ),
        Role.DESTINATION_TYPE: phrases("destination type, destination account type"),
        Role.FOREIGN_AMOUNT: phrases("foreign amount, local amount, original amount"),
        Role.FOREIGN_CURRENCY: phrases(
            "foreign currency code, foreign currency, local currency, original currency",
        ),
    },
)

# These words turn a column into somebody else's, or into another figure than the movement's.
OTHERS = frozenset(
    """
    original foreign local converted refunded tax vat exchange rate kurs koers counter counterparty
    partner beneficiary payee merchant gegenkonto opposing other transfer tegenpartij tegenrekening
    protiuctu protiucet kontrahenta originator sender recipient receiver receiving mandate client
    customer creditor debtor glaubiger bank bic swift branch initial final start end due birth from
    to interest invoice update statement cashback tip tips discount points reward rewards limit
    entries count number check cheque original puvodni ursprungsbetrag ursprungswahrung kontraktu
    destination source native pc wechselkurs empfangers auftraggebers tiers beneficiaire
    contrepartie kategorie category zone phone year month week day eredeti oryginalna compensation
    max min average refund time id digits holder nadawcy odbiorcy
    til till fra fran naar brand member
    saajan maksajan vastaanottajan mottagarens avsandarens motpartens modtagers afsenders
    mottakers gavejo moketojo odbiorcy beneficiario ordenante ordinante beneficiar destinatario
    protistrany prijemce получателя плательщика контрагента primatelja platitelja alici gonderen
    tegenpartijen partnera started debut inicio inizio beginns
    rozpoczecia startdatum
    """.split(),
)

CARD_WORDS = frozenset(
    """
    card kreditkarte kreditkarten kreditkartennummer kartennummer kredietkaart kaartnummer
    creditcard carte tarjeta karta karty kort kortnummer kortti carta cartao kartyaszam
    """.split(),
)
MERCHANT_WORDS = frozenset(
    "merchant handler haendler handelaar commerce commercant comercio esercente obchodnik".split(),
)
