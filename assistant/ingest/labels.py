"""Dictionary of field labels in the languages of most news: labels above a story, columns of a table."""

from __future__ import annotations

from assistant.text.calendar_names import folded

_NAMES = {
    "title": "title headline titel überschrift schlagzeile titre titres título título_de_la_noticia titular "
    "encabezado titulo manchete titolo kop заголовок название назва 标题 標題 タイトル 見出し 제목 العنوان عنوان "
    "शीर्षक rubrik tytuł başlık otsikko overskrift tittel titlu nadpis cím τίτλος כותרת tiêu_đề judul พาดหัว "
    "หัวข้อ",
    "source": "source outlet publication publisher newspaper paper publication_title site_name quelle zeitung "
    "medium nom_du_journal titre_du_journal journal média media_title éditeur fuente medio periódico diario fonte "
    "veículo testata giornale jornal bron krant źródło gazeta источник издание джерело видання 来源 來源 媒体 媒體 "
    "出典 媒体名 출처 언론사 المصدر स्रोत kaynak gazete källa tidning lähde lehti kilde avis sursă zdroj forrás "
    "πηγή מקור nguồn sumber ที่มา",
    "author": "author authors byline by writer autor autorin verfasser autoren auteur auteurs autrice autora "
    "autores autore autori автор авторы автори 作者 記者 记者 著者 기자 الكاتب लेखक yazar författare skribent "
    "kirjoittaja toimittaja forfatter journalist szerző συγγραφέας כותב מחבר tác_giả penulis ผู้เขียน",
    "published": "date published pubdate publication_date date_published publish_date datum erscheinungsdatum "
    "veröffentlichungsdatum veröffentlicht veröffentlicht_am erschienen erschienen_am date_de_publication "
    "date_de_parution date_publication date_parution publié_le publié fecha fecha_de_publicación fecha_publicación "
    "publicado publicado_el data data_de_publicação data_publicação publicado_em data_di_pubblicazione "
    "data_pubblicazione pubblicato pubblicato_il publicatiedatum gepubliceerd gepubliceerd_op data_publikacji "
    "opublikowano дата дата_публикации опубликовано дата_публікації опубліковано 日期 发布日期 發布日期 发布时间 "
    "發布時間 日付 公開日 掲載日 날짜 게재일 발행일 التاريخ تاريخ_النشر तारीख दिनांक tarih yayın_tarihi päivämäärä "
    "julkaistu dato publiceringsdatum publicerad publisert publiceret udgivet dată datum_publikace dátum megjelent "
    "ημερομηνία תאריך ngày_đăng ngày_xuất_bản tanggal วันที่",
    "url": "url link address adresse web_address lien lien_url enlace dirección ссылка адрес посилання 链接 連結 "
    "網址 링크 الرابط लिंक länk lenke odkaz hivatkozás σύνδεσμος קישור liên_kết tautan bağlantı osoite",
    "language": "language language_of_publication sprache langue idioma lingua taal język язык мова 语言 語言 言語 "
    "언어 اللغة भाषा dil språk kieli sprog",
}
_IN_ROWS = {
    "text": "volltext artikeltext inhalt texte texte_intégral texte_complet contenu corps corps_de_l'article texto "
    "texto_completo contenido cuerpo conteúdo corpo testo testo_completo contenuto tekst inhoud treść tresc текст "
    "полный_текст содержание зміст 正文 内容 內容 全文 本文 본문 내용 النص المحتوى पाठ metin içerik innehåll "
    "brödtext teksti sisältö indhold innhold conținut obsah tartalom szöveg κείμενο תוכן טקסט nội_dung isi konten "
    "เนื้อหา",
    "modified": "aktualisiert aktualisiert_am geändert_am änderungsdatum mis_à_jour mise_à_jour mis_à_jour_le "
    "modifié_le date_de_modification date_de_mise_à_jour actualizado fecha_de_actualización fecha_de_modificación "
    "atualizado_em data_de_atualização aggiornato aggiornato_il data_di_aggiornamento bijgewerkt gewijzigd "
    "zaktualizowano обновлено оновлено 更新时间 更新日期 更新日 수정일 تاريخ_التحديث güncelleme_tarihi uppdaterad "
    "oppdatert opdateret päivitetty ngày_cập_nhật",
}


# In English it is a column of "print", "web" and "radio".
_NO_COLUMN = frozenset({"medium"})


def _fields(names: dict[str, str]) -> dict[str, str]:
    return {folded(label.replace("_", " ")): name for name, labels in names.items() for label in labels.split()}


_OF_LABEL = _fields(_NAMES)
_OF_COLUMN = {label: name for label, name in (_OF_LABEL | _fields(_IN_ROWS)).items() if label not in _NO_COLUMN}


def field_of_label(label: str) -> str | None:
    """The field of an article that a label means ("Quelle" → "source"), however it is accented; else None."""
    return _OF_LABEL.get(" ".join(folded(label.replace("_", " ")).split()))


def field_of_column(name: str) -> str | None:
    """The same for the name of a column, where "text" and "modified" are fields too."""
    return _OF_COLUMN.get(" ".join(folded(name.replace("_", " ")).split()))
