"""Closed classes of general and commercial English that decide the grammar of a phrase: what is counted, what is not.

None of these words is ever added to a text: they only tell how a label or a value is said.
"""

from __future__ import annotations

_COUNT = """
    access adapter adaptor airbag alarm antenna anchor apron arm armrest attachment axle backrest badge bag ball
    band bar barrel base basin basket bath battery beam bearing bed bell belt bench bezel bib bin bit blade blanket
    board body bolt book booklet bottle bottom bowl box bracket brake branch brim brush bucket buckle bulb bumper
    burner button cabinet cable cage camera canopy cap car card carrier cartridge case castor caster catch
    certificate chain chair chamber charger chart chest chip chuck clamp clasp clip clock closure coat coating coil
    collar column comb compartment component compressor connector container controller cord core counter coupling
    course cover cradle cuff cup cupboard curtain cushion cutter cylinder deck desk device dial digit dimmer disc
    disk dishwasher display divider dock dongle door drain drawer drill drive drop drum duct dummy edge element
    emitter end engine envelope eyelet face fan fastener fastening figure file filter finder finish fit fitting
    flag flap flash flask flavour floor foot footrest fork frame fridge fringe front function funnel fuse game
    gasket gauge gear glass glove grid grill grille grinder grip groove groundsheet guard guide hammer handbook
    handle handlebar hanger hat head headband headphone headrest headset heater heel helmet hem hinge holder hole
    holster hood hook hose housing hub indicator inlet insert insole interface jack jacket jar joint jug kettle key
    keyboard keypad kickstand kit knife knob label lace ladder lamp lanyard laptop latch layer lead leaf leg lens
    level lever lid light line liner lining list lobe lock loop louvre machine magnet magnifier manual map mask
    mast mat mattress membrane memo menu mesh meter microphone microscope mirror mixer mode model modem module
    monitor motor mount mouse mousepad mouthpiece movement mudguard muzzle neck neckline needle net nib nose nozzle
    nut opener opening outlet oven pack pad paddle panel pannier part patch pattern pedal peg pen pencil pendant
    perch piece pillow pin pipe pivot plate platform player plug plunger pocket point pole port post pot pouch
    prescription
    preset printer probe processor profile program programme projector pump purse rack rail ramp range reader rear
    receiver recipe recorder reel reflector refill regulator release remote reservoir rest ribbon ridge rim ring
    rivet rod roller roof room rope rotor router rucksack ruler saddle sail saw scale scent scoop screen screw seal
    seam season seat section sensor set shade shaft shape sheet shelf shell shield shoe shoulder shutter side sieve
    silencer sink skirt sleeve slider slot socket sole spanner spare speaker spike spindle spline splitter spoke
    spoon spout spray spring stabiliser stand stapler stem step sticker stitch stool strap strip style subscription
    suit surface switch table tablet tail tank tap tape tassel tent terminal texture thermometer thermostat thread
    throttle tie timer tip toe tool top torch toy track trailer transmitter tray tread trigger trim tripod trolley
    trunk tub tube tv pc tune turbine turntable tyre tire umbrella unit upper valve vent version vessel viewfinder visor
    trial volume wall warranty washer watch wavelength weave weight wheel whistle wick window wing wire wrench yoke
    zip zipper zone
    """
_MASS = """
    access alcohol assembly audio control bamboo bluetooth clothing coffee cotton delivery denim dust equipment
    ethernet fabric fat fibre fiber flour food foam footwear fruit fur furniture glue gold hair hardware heat honey
    ink jewellery jewelry juice leather linen luggage makeup meat memory metal milk music nylon oil paint paper
    pasta plastic polyester power protein ram rice rubber salt sand shampoo shipping silk silver smoke soap
    software soil sound steam steel storage sugar sunscreen tea water wax wheat wi-fi wifi wood wool yarn yeast
    zoom stationery polish cheese wine beer bread butter chocolate cream cereal granola muesli vinegar seed cocoa
    compost fertiliser fertilizer gravel charcoal litter feed kibble perfume lotion toothpaste detergent cement
    plaster varnish primer lubricant grease wallpaper cutlery tableware cookware glassware bedding underwear
    lingerie swimwear nightwear knitwear sportswear packaging autofocus stereo voltage compatibility
    """
_COLLECTIVES = """
    groceries goods clothes housewares homewares electronics cosmetics toiletries supplies furnishings essentials
    """
_ABSTRACT = """
    type kind style genre format class category location position operation season shape edition mode terrain platform
    level line range edge function program programme profile fit scent flavour finish surface course layer part unit
    version figure end tune pattern design side area role topic theme target audience use purpose
    """
_PAIRS = """
    trousers jeans shorts glasses sunglasses headphones earphones earbuds scissors pliers tights leggings pants
    pyjamas pajamas binoculars goggles shears tweezers tongs clippers dungarees overalls joggers chinos knickers
    briefs boxers secateurs forceps scales
    """
_PLURAL_NAMES = """
    shoes boots sneakers trainers sandals slippers gloves mittens socks stockings earrings cufflinks skis skates
    crutches curtains dumbbells speakers batteries screws nails bolts nuts almonds cashews raisins dates olives
    beans lentils peas oats noodles biscuits cookies crackers crisps chips sweets candies capsules tablets pads
    wipes nappies diapers bags bulbs candles pencils pens crayons markers cards cables clips filters blades towels
    sheets napkins coasters glasses mugs plates bowls bricks blocks tiles heels loafers pumps flats clogs wellies
    flip-flops bits discs
    """
_SUBSTANCES = """
    alcohol additive allergen almond aluminium aluminum ammonia artificial asbestos aspartame barley bleach bpa
    caffeine calcium carbohydrate carb casein cashew celery chlorine cholesterol cobalt cocoa colouring coloring
    colorant corn crustacean dairy dye egg essential fat fats fibre fiber fish flavouring flavoring fluoride
    formaldehyde fragrance fructose gelatin gelatine glucose gluten gmo grain hazelnut honey iron lactose lanolin
    latex lead lupin maize meat mercury microplastic milk mineral mollusc msg mustard nickel nicotine nitrate nut
    nuts oat oats oil paraben peanut perfume pesticide petroleum phthalate plastic poly polyunsaturate pork
    potassium preservative protein pvc retinol rye salt saturate sesame shellfish silicone sodium solvent soy soya
    starch sugar sulfate sulphate sulfite sulphite sweetener talc tannin teflon pfas pfoa ptfe toxin triclosan
    vitamin walnut wheat yeast zinc wool feather
    """
_QUANTITIES = """
    absorption acidity altitude amount amperage angle aperture area autonomy bandwidth brightness capacity
    circumference clearance concentration consumption content contrast count coverage current cycle density depth
    diagonal diameter dimension displacement distance dose dosage duration efficiency elongation emission endurance
    flow force frequency fullness gain gauge gradient grammage gsm hardness height humidity impedance index inseam
    intensity interval latency length level life lifespan lifetime limit load luminosity magnification mileage
    noise number offset opacity output percentage perimeter pitch power pressure price quantity radius range rate
    rating ratio reach resistance resolution rise score sensitivity size span speed spacing strength stroke tension
    thickness throughput time tolerance torque travel usage uptime value velocity viscosity voltage volume wattage
    wavelength weight wheelbase width yield
    """
_OF_MASS = "memory ram rom storage vram cache"
_PARTS = """
    arm armrest backrest bar barrel base battery bezel blade board bowl brake buckle button cable camera cap case
    casing chain chuck clasp closure coating collar connector controller cord cover cuff dial display door drive
    edge engine fabric fan fastener fastening filter finish fit flavour foot fork frame fringe grip groupset handle
    handlebar head headband heel hem hinge hood hose housing insole interface keyboard lace layout lead leg lens
    lid light lining lock mirror motor mount movement neck neckline nib nozzle pattern pedal plate plug pocket pole
    port print processor profile pump rim ring roof saddle scent screen seal seam seat sensor shade shaft shape
    shell shoulder silhouette sleeve socket sole spout spring stand stem strap surface suspension switch tank taste
    texture tip toe top tray tread trim tube tyre tire upper valve waist waistband wall weave wheel window zip
    zipper
    """
_COLOURS = """
    amber anthracite apricot aqua aquamarine azure beige black blue blush bronze brown burgundy camel caramel
    champagne charcoal chocolate chrome cobalt copper coral cream crimson cyan denim ecru emerald fuchsia gold
    golden graphite gray green grey gunmetal indigo ivory jade khaki lavender lemon lilac lime magenta mahogany
    maroon mauve mint multicolour multicolor multicoloured multicolored mustard navy nude ochre off-white olive
    orange peach petrol pink platinum plum purple red rose ruby rust salmon sand sapphire scarlet sepia silver sky
    slate tan taupe teal terracotta transparent turquoise vanilla violet walnut white wine yellow dark light bright
    deep pale matt matte glossy metallic neon pastel melange heather and with
    """
_SHADES = """
    midnight forest royal baby powder ice moss sage dusty burnt bottle sea ocean racing storm stone smoke smoky steel
    brick wine blood pearl ash jet snow cloud lime pistachio peacock honey sunset mud desert arctic cool warm hunter
    duck-egg cornflower raspberry cherry lemon mustard aubergine cinnamon nutmeg oatmeal linen oyster
    """
_ALLERGENS = """
    almond barley cashew casein celery crustacean dairy egg fish gluten hazelnut lactose latex lupin milk mollusc
    mustard nut oat peanut pork rye sesame shellfish soy soya sulphite sulfite walnut wheat yeast nickel allergen
    """
_MATERIALS = """
    abs acacia acetate acrylic alloy alpaca aluminium aluminum angora ash bamboo beech birch brass bronze canvas
    carbon cardboard cashmere ceramic cellulose chenille chiffon chrome chromium clay concrete copper cord corduroy
    cork cotton crepe crystal denim down duck elastane elm enamel eva faux feather felt fibre fiber fibreglass
    fiberglass flannel fleece foam fur glass gold granite hemp horn iron jersey jute lace latex leather linen
    mahogany maple marble mdf melamine merino mesh metal microfibre microfiber modal neoprene nickel nylon oak
    organza paper particleboard pewter pine plaster plastic plastics plush plywood polyamide polycarbonate
    polyester polyethylene polypropylene polyurethane polystyrene porcelain pvc ramie rattan resin rubber satin
    sheepskin silicone silk silver slate soapstone spandex stainless steel stone stoneware straw suede synthetic
    teak terracotta textile tin titanium tpu tungsten tweed twill velour velvet veneer vinyl viscose walnut wax
    wicker willow wood wooden woollen wool zinc recycled organic pure genuine solid natural full-grain brushed
    tempered borosilicate engineered pressed cast forged hardened anodised anodized coated
    """
_OPEN_ADJECTIVES = """
    compatible suitable designed made intended recommended available approved certified tested powered filled based
    supplied sold delivered fitted free safe ideal easy ready crafted lined coated printed packed shipped
    rated equipped resistant adapted
    """
_SALE_WORDS = """
    account active add-on allowed approved assembly auction authorised automated available backorderable best-selling
    bestselling bookable bundle cancelled certificate checked claimable collectable commission complete completed
    configurable contract credit custom customs default deleted delivery deposit digital discount discontinued
    discounted discountable download draft eligible enabled exchange exclusive excluded express featured fee final
    fragile fulfilment fulfillment full gift guarantee hazardous hidden imported in-stock indexed inner
    invoice item label licence listed loan local main mandatory manual map marketplace new obsolete offer official
    online only order orderable original outer pack package part personalised postage premium preorder price prime
    private product promotion public published purchasable quote real ready rebate reduced refund refundable
    regular regulated reserved restricted return returnable returned review reviewed sale sample searchable sellable
    service shippable shipping single sold special standard stock subscription tax taxable taxed test trade trial
    unavailable universal used valid verified visible voucher wholesale wrap wrapping
    """
_FORM_NOUNS = """
    amount people person format method mode technology parcel source
    box brand carton case category colour combination component count entry feature group image item job
    level line material model number option pack package pallet part picture point product quantity review
    section segment set series size step style type unit use value variant variation version volume word year
    """
_PEOPLE_NAMES = """
    women men ladies gentlemen children kids girls boys babies toddlers infants newborns teens teenagers adults seniors
    beginners professionals students gamers runners cyclists hikers climbers swimmers dogs cats puppies kittens horses
    birds rabbits fish pets families couples everyone unisex
    """
_VERBS = """
    contains includes fits replaces requires supports holds covers needs uses accepts comes works runs connects
    folds floats glows rotates swivels charges absorbs blocks features has weighs measures
    makes keeps gives takes lasts adds stays cuts scans removes kills cleans serves sleeps
    """
_ACRONYMS = """
    rrp msrp
    abs ac aec aes ai anc anr api asa aws bga bmx bpa cad cas cat cbd cd cdr ce cmos cnc cpu crt css ctr dac dc ddr
    ddr3 ddr4 ddr5 din dna dp dpi dslr dvd dvi eac ean ecg ecc edp epdm esrb eps eu eva exif faq fcc fda fm fps fsc
    gb gmo gps gpu gsm gtx hd hdd hdmi hdpe hdr hepa hpl html http hz ic id ide iec ieee io ip ipa ipl ips ir iso
    it khz kvm kw lan lcd ldpe led lpg lte mdf mb mhz midi mp mp3 mp4 mpn msg nas nfc nvme oem ohp oled os otg pc
    pci pcie pdf pe pet pfas pfoa pla poe pp ppe ppi ps pse psu ptfe ptt pu pur pvc qled qr raid ram rca reach rf
    rfid rgb rgbw rms rom rpm rtx sas sata sd sdhc sdk sdram sdxc sim sms spf sql ssd ssl svga tdp tft tpe tpu tv
    uhd uhf uk upc ups url us usa usb uv uva uvb vat vga vhf voip vpn vr wan wep wlan wpa wpa2 xl xlr xml xs
    """
_READ = "ram rom lan wan sim hepa sas sata din raid pet midi nas cad cat reach vat oled cas cam pin gif pla dos"
_ODD_CASES = "Bluetooth Wi-Fi Ethernet RoHS iOS Android Windows macOS Linux Steam Mac eSATA HiFi Qi Thunderbolt"


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


COUNT_NOUNS = _words(_COUNT)
MASS_NOUNS = _words(_MASS)
ABSTRACT_NOUNS = _words(_ABSTRACT)
COLLECTIVE_NOUNS = _words(_COLLECTIVES)
PAIR_NOUNS = _words(_PAIRS)
PLURAL_NAMES = _words(_PLURAL_NAMES) | PAIR_NOUNS
SUBSTANCES = _words(_SUBSTANCES)
QUANTITY_NOUNS = _words(_QUANTITIES)
OF_NOUNS = _words(_OF_MASS)
PART_NOUNS = _words(_PARTS)
COLOURS = _words(_COLOURS)
SHADES = _words(_SHADES)
"""Words that make a shade before a colour: "midnight blue"; not parts, "skin yellow"."""
ALLERGENS = _words(_ALLERGENS)
MATERIALS = _words(_MATERIALS)
OPEN_ADJECTIVES = _words(_OPEN_ADJECTIVES)
VERBS = _words(_VERBS)
SALE_WORDS = _words(_SALE_WORDS)
"""Words of a shop's business: what is true of an offer rather than of the thing, "returnable", "gift wrap"."""
FORM_NOUNS = _words(_FORM_NOUNS)
"""Nouns that count or name what a form has, not what can be seen: "3 items", "a classic style"."""
PEOPLE_NAMES = _words(_PEOPLE_NAMES)
ACRONYMS = _words(_ACRONYMS)
READ_AS_WORDS = _words(_READ)
CASED = {word.casefold(): word for word in _ODD_CASES.split()} | {"wifi": "Wi-Fi", "wi fi": "Wi-Fi"}
PREPOSITIONS = frozenset(
    [
        "via",
        "for",
        "with",
        "in",
        "of",
        "from",
        "to",
        "by",
        "on",
        "at",
        "against",
        "under",
        "without",
        "as",
        "per",
        "than",
        "into",
        "over",
        "before",
        "after",
        "until",
        "near",
    ]
)
