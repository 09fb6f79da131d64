import { LightningElement, api } from "lwc";

/** Shows what Ripen writes on a lead or contact, to a person who may read these fields. */
export default class RipenScore extends LightningElement {
    @api recordId;
    @api objectApiName;
    fields = [
        "Ripen_Rank__c",
        "Ripen_Grade__c",
        "Ripen_Level__c",
        "Ripen_Score__c",
        "Ripen_Fit__c",
        "Ripen_Engagement__c",
        "Ripen_Reasons__c",
        "Ripen_Answers__c",
        "Ripen_Last_Activity__c",
        "Ripen_Landing_Page__c",
        "Ripen_UTM_Source__c",
        "Ripen_UTM_Medium__c",
        "Ripen_UTM_Campaign__c",
        "Ripen_UTM_Term__c",
        "Ripen_UTM_Content__c",
        "Ripen_GCLID__c",
        "Ripen_Click_Id__c",
        "Ripen_Click_Id_Kind__c",
        "Ripen_First_Source__c",
        "Ripen_First_Landing_Page__c",
        "Ripen_First_Click_Id__c",
        "Ripen_First_Click_Id_Kind__c"
    ];
}
